package org.domicile.register;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.policy.DataClass;
import org.domicile.policy.Kind;
import org.domicile.policy.Purpose;

/** The pages for people. Pure: what they show comes in. */
final class Pages {
    private static final int SHOWN_DAYS = 31;

    private Pages() {}

    /** A purpose as both sides know it: declared now, and observed. */
    record Both(String id, Optional<Purpose> purpose, Optional<Seen> seen) {
        /** Valid, ended, withdrawn; or known to the log's counts alone. */
        String state(Instant now) {
            if (purpose.isEmpty()) {
                return "never-stated";
            }
            return purpose.get().withdrawn()
                    ? "withdrawn"
                    : purpose.get().expires().isAfter(now) ? "valid" : "expired";
        }

        long sum(String verdict) {
            return seen.map(each ->
                            each.days().values().stream().mapToLong(day -> day.sum(verdict)).sum()
                                    + older(each, verdict))
                    .orElse(0L);
        }

        private static long older(Seen seen, String verdict) {
            return seen.older().entrySet().stream()
                    .filter(each -> each.getKey().verdict().equals(verdict))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        List<Drift> drifts() {
            return seen.map(Seen::drifts).orElse(List.of());
        }
    }

    /** All that either side knows, by full name. */
    static List<Both> both(List<Purpose> purposes, Observed observed) {
        Map<String, Both> all = new TreeMap<>();
        for (Purpose each : purposes) {
            all.put(
                    each.id(),
                    new Both(
                            each.id(),
                            Optional.of(each),
                            Optional.ofNullable(observed.purposes().get(each.id()))));
        }
        observed.purposes()
                .forEach((id, seen) ->
                        all.putIfAbsent(id, new Both(id, Optional.empty(), Optional.of(seen))));
        return new ArrayList<>(all.values());
    }

    static String index(Language language, List<Both> all, Follow.View view, Instant now) {
        Html page = new Html(language, language.word("title"), "/register/");
        page.paragraph(page.word("intro"));
        page.table(
                page.word("purposes"),
                page.word("purpose"),
                page.word("text"),
                page.word("kind"),
                page.word("state"),
                page.word("expires"),
                page.word("allowed"),
                page.word("refused"),
                page.word("drift"));
        for (Both each : all) {
            page.row()
                    .linked("/register/purposes/" + each.id(), each.id())
                    .cell(each.purpose().map(purpose -> text(language, purpose)).orElse(""))
                    .cell(each.purpose().map(Purpose::kind).orElse(""))
                    .cell(page.word(each.state(now)))
                    .cell(each.purpose().map(purpose -> end(page, purpose)).orElse(""))
                    .number(each.sum("allowed"))
                    .number(each.sum("refused"))
                    .cell(drifts(page, each.drifts()))
                    .end();
        }
        page.tableEnd().heading(page.word("exports"));
        page.raw("<ul>\n");
        for (Exports.Format format : Exports.Format.values()) {
            page.raw("<li><a href=\"/register/export/" + format.file() + "\">")
                    .raw(Html.escaped(format.title()))
                    .raw("</a></li>\n");
        }
        page.raw("<li><a href=\"/ledger/\">" + Html.escaped(page.word("log")) + "</a></li>\n");
        page.raw("<li>" + json(page, "/register/index.json") + "</li>\n</ul>\n");
        return read(page, view).done();
    }

    private static String json(Html page, String path) {
        return "<a href=\"" + Html.escaped(path) + "\">" + Html.escaped(page.word("json")) + "</a>";
    }

    private static String text(Language language, Purpose purpose) {
        return language == Language.AR && !purpose.arabic().isBlank()
                ? purpose.arabic()
                : purpose.text();
    }

    private static String end(Html page, Purpose purpose) {
        return purpose.expires().equals(Instant.MAX)
                ? page.word("never")
                : purpose.expires().toString();
    }

    private static String drifts(Html page, List<Drift> drifts) {
        return drifts.isEmpty()
                ? page.word("none")
                : String.join(", ", drifts.stream().map(each -> drift(page, each)).toList());
    }

    private static String drift(Html page, Drift drift) {
        String name = page.word(Report.name(drift.what()));
        return drift.value().isEmpty() ? name : name + " (" + drift.value() + ")";
    }

    private static Html read(Html page, Follow.View view) {
        return page.paragraph(
                page.word("read")
                        + " "
                        + view.observed().next()
                        + " "
                        + page.word("of")
                        + " "
                        + view.size()
                        + "; "
                        + page.word("newest")
                        + " "
                        + view.observed().newest());
    }

    static String one(Language language, Both both, int sealedMax, Follow.View view, Instant now) {
        String here = "/register/purposes/" + both.id();
        Html page = new Html(language, both.id(), here);
        for (Drift drift : both.drifts()) {
            String proof =
                    drift.first() < 0
                            ? ""
                            : " "
                                    + page.link(
                                            "/register/proof/" + drift.first(),
                                            page.word("proof") + " " + drift.first())
                                    + " "
                                    + page.link(
                                            "/register/proof/" + drift.last(),
                                            page.word("proof") + " " + drift.last());
            page.warning(
                    page.word("drift") + ": " + drift(page, drift) + ", " + drift.count(), proof);
        }
        page.heading(page.word("declared"));
        both.purpose().ifPresent(purpose -> declared(page, purpose, both.state(now), sealedMax));
        both.seen().ifPresent(seen -> statements(page, seen));
        page.heading(page.word("observed"));
        if (both.seen().isEmpty() || both.seen().get().days().isEmpty()) {
            page.paragraph(page.word("no-uses"));
        } else {
            observed(page, here, both.seen().get());
        }
        page.raw("<p>" + json(page, here + ".json") + "</p>\n");
        return read(page, view).done();
    }

    private static void declared(Html page, Purpose purpose, String state, int sealedMax) {
        page.raw("<dl>\n")
                .listed(page.word("text"), text(page.language(), purpose))
                .listed(page.word("state"), page.word(state))
                .listed(page.word("kind"), purpose.kind())
                .listed(page.word("term"), purpose.term())
                .listed(page.word("owner"), purpose.owner())
                .listed(page.word("legal-basis"), purpose.legalBasis())
                .listed(page.word("contact"), purpose.contact())
                .listed(
                        page.word("data-classes"),
                        purpose.classes().isEmpty()
                                ? page.word("none")
                                : String.join(" ", purpose.classes()))
                .listed(page.word("actions"), String.join(" ", purpose.actions()))
                .listed(page.word("zones"), String.join(" ", purpose.zones()))
                .listed(page.word("parent"), purpose.parent())
                .listed(
                        page.word("algorithm"),
                        purpose.algorithm().map(used -> String.join(", ", used.words())).orElse(""))
                .listed(page.word("sealed"), sealing(page, purpose, sealedMax))
                .listed(page.word("created"), purpose.created().toString())
                .listed(page.word("expires"), end(page, purpose))
                .raw("</dl>\n");
    }

    private static String sealing(Html page, Purpose purpose, int sealedMax) {
        return purpose.sealable()
                ? page.word("sealed-at-most") + " " + sealedMax
                : page.word("sealed-never");
    }

    private static void statements(Html page, Seen seen) {
        List<Long> all = new ArrayList<>(seen.forms().stream().map(Form::index).toList());
        seen.withdrawal().ifPresent(all::add);
        if (all.isEmpty()) {
            return;
        }
        page.raw("<p>" + Html.escaped(page.word("statements")) + ":");
        for (long index : all) {
            page.raw(" " + page.link("/register/proof/" + index, page.word("entry") + " " + index));
        }
        page.raw("</p>\n");
    }

    private static void observed(Html page, String here, Seen seen) {
        page.table(
                page.word("days"),
                page.word("day"),
                page.word("action"),
                page.word("data-zone"),
                page.word("client-zone"),
                page.word("decision"),
                page.word("uses"),
                page.word("proof"));
        int shown = 0;
        for (Map.Entry<String, Seen.Day> day : seen.days().descendingMap().entrySet()) {
            if (shown++ == SHOWN_DAYS) {
                break;
            }
            String proof = day.getValue().sources().cardinality() + " " + page.word("entries");
            day.getValue()
                    .counts()
                    .forEach((cell, count) -> {
                        page.row().cell(day.getKey());
                        cells(page, cell, count);
                        page.linked(here + "/" + day.getKey(), proof).end();
                    });
        }
        page.tableEnd();
        if (!seen.older().isEmpty()) {
            page.table(
                    page.word("older"),
                    page.word("action"),
                    page.word("data-zone"),
                    page.word("client-zone"),
                    page.word("decision"),
                    page.word("uses"));
            seen.older()
                    .forEach((cell, count) -> {
                        page.row();
                        cells(page, cell, count);
                        page.end();
                    });
            page.tableEnd();
        }
    }

    private static void cells(Html page, Cell cell, long count) {
        page.cell(cell.action())
                .cell(cell.dataZone())
                .cell(cell.clientZone())
                .cell(page.word(cell.allowed() ? "allowed" : "refused"))
                .number(count);
    }

    static String day(Language language, String purpose, String day, List<Long> sources) {
        String here = "/register/purposes/" + purpose + "/" + day;
        Html page = new Html(language, purpose + ", " + day, here);
        page.paragraph(page.word("sources") + ":").raw("<ul>\n");
        for (long index : sources) {
            page.raw("<li>")
                    .raw(page.link("/register/proof/" + index, page.word("entry") + " " + index))
                    .raw("</li>\n");
        }
        return page.raw("</ul>\n<p>" + json(page, here + ".json") + "</p>\n").done();
    }

    static String kinds(Language language) {
        boolean arabic = language == Language.AR;
        Html page = new Html(language, language.word("kinds"), "/register/kinds");
        page.table(
                page.word("kinds"),
                page.word("kind"),
                page.word("text"),
                page.word("term"),
                page.word("hint"),
                page.word("declined"));
        for (Kind kind : Kind.all()) {
            page.row()
                    .cell(kind.name())
                    .cell(arabic ? kind.arabic() : kind.text())
                    .cell(kind.term())
                    .cell(kind.legalHint())
                    .cell(arabic ? kind.arabicReason() : kind.reason())
                    .end();
        }
        page.tableEnd()
                .table(
                        page.word("classes-of-data"),
                        page.word("classes-of-data"),
                        page.word("in"),
                        page.word("text"),
                        page.word("term"));
        for (DataClass each : DataClass.all()) {
            page.row()
                    .cell(each.name())
                    .cell(each.broader())
                    .cell(arabic ? each.arabic() : each.text())
                    .cell(each.term())
                    .end();
        }
        page.tableEnd();
        return page.raw("<p>" + json(page, "/register/kinds.json") + "</p>\n").done();
    }
}
