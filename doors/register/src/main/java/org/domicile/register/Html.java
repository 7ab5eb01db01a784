package org.domicile.register;

/** Builds one page. What comes from outside is escaped here, and nowhere else put together. */
final class Html {
    /** Style for all pages; a file of its own, so that the policy can forbid everything inline. */
    static final String STYLE =
            """
            :root { color-scheme: light dark }
            body { font: 1rem/1.6 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem }
            a:focus-visible { outline: .2rem solid; outline-offset: .1rem }
            .skip { position: absolute; inset-inline-start: -99rem }
            .skip:focus { position: static }
            .scroll { overflow-x: auto }
            table { border-collapse: collapse; margin-block: 1rem }
            caption { text-align: start; font-weight: bold }
            th, td { border-block-end: 1px solid; padding: .3rem .6rem; text-align: start; vertical-align: top }
            td.number { text-align: end; font-variant-numeric: tabular-nums }
            dt { font-weight: bold }
            dd { margin: 0 0 .5rem }
            .drift { border-inline-start: .4rem solid #b00; padding-inline-start: .6rem }
            """;

    private final StringBuilder page = new StringBuilder(8_192);
    private final Language language;

    Html(Language language, String title, String here) {
        this.language = language;
        page.append("<!doctype html>\n<html lang=\"")
                .append(language.code())
                .append("\" dir=\"")
                .append(language.direction())
                .append("\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
                .append(escaped(title))
                .append("</title>\n<link rel=\"stylesheet\" href=\"/register/style.css\">\n")
                .append("</head>\n<body>\n<a class=\"skip\" href=\"#content\">")
                .append(escaped(language.word("skip")))
                .append("</a>\n<nav><a href=\"/register/?lang=")
                .append(language.code())
                .append("\">")
                .append(escaped(language.word("title")))
                .append("</a> · <a href=\"/register/kinds?lang=")
                .append(language.code())
                .append("\">")
                .append(escaped(language.word("kinds")))
                .append("</a> · <a href=\"")
                .append(escaped(here))
                .append("?lang=")
                .append(language.other().code())
                .append("\" lang=\"")
                .append(language.other().code())
                .append("\" hreflang=\"")
                .append(language.other().code())
                .append("\">")
                .append(escaped(language.word("other")))
                .append("</a></nav>\n<main id=\"content\">\n<h1>")
                .append(escaped(title))
                .append("</h1>\n");
    }

    String word(String name) {
        return language.word(name);
    }

    Language language() {
        return language;
    }

    Html heading(String text) {
        page.append("<h2>").append(escaped(text)).append("</h2>\n");
        return this;
    }

    Html paragraph(String text) {
        page.append("<p>").append(escaped(text)).append("</p>\n");
        return this;
    }

    /** Something to be noticed. */
    Html warning(String text, String after) {
        page.append("<p class=\"drift\">").append(escaped(text)).append(after).append("</p>\n");
        return this;
    }

    Html raw(String html) {
        page.append(html);
        return this;
    }

    Html listed(String term, String text) {
        if (!text.isBlank()) {
            page.append("<dt>")
                    .append(escaped(term))
                    .append("</dt><dd dir=\"auto\">")
                    .append(escaped(text))
                    .append("</dd>\n");
        }
        return this;
    }

    /** Begins a table. @param titles of its columns */
    Html table(String caption, String... titles) {
        page.append("<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>")
                .append(escaped(caption))
                .append("</caption>\n<thead><tr>");
        for (String title : titles) {
            page.append("<th scope=\"col\">").append(escaped(title)).append("</th>");
        }
        page.append("</tr></thead>\n<tbody>\n");
        return this;
    }

    Html row() {
        page.append("<tr>");
        return this;
    }

    Html cell(String text) {
        page.append("<td dir=\"auto\">").append(escaped(text)).append("</td>");
        return this;
    }

    Html number(long number) {
        page.append("<td class=\"number\">").append(number).append("</td>");
        return this;
    }

    Html linked(String path, String text) {
        page.append("<td>").append(link(path, text)).append("</td>");
        return this;
    }

    Html end() {
        page.append("</tr>\n");
        return this;
    }

    Html tableEnd() {
        page.append("</tbody>\n</table></div>\n");
        return this;
    }

    /** A link to a page of this door in the same language. */
    String link(String path, String text) {
        return "<a href=\""
                + escaped(path)
                + (path.startsWith("/register/") && !path.contains("/proof/")
                        ? "?lang=" + language.code()
                        : "")
                + "\">"
                + escaped(text)
                + "</a>";
    }

    String done() {
        return page + "</main>\n</body>\n</html>\n";
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
