package org.domicile.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.domicile.http.Headers;

/**
 * One rule of a bucket's CORS configuration (S3 API Reference, CORSRule; the fields that answers
 * carry are those of the Fetch standard, "CORS protocol").
 *
 * @param id empty when none was given
 * @param origins patterns with at most one {@code *}
 * @param methods of {@code GET PUT POST DELETE HEAD}
 * @param headers patterns of request fields, with at most one {@code *}
 * @param exposed names of fields that a page may read
 * @param maxAge seconds that a browser may remember a preflight; -1 for unsaid
 */
record CorsRule(
        String id,
        List<String> origins,
        List<String> methods,
        List<String> headers,
        List<String> exposed,
        int maxAge) {
    private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "DELETE", "HEAD");
    private static final int MOST_RULES = 100;
    private static final int LONGEST_ID = 255;
    private static final String ROOT = "CORSConfiguration";
    private static final String VARY =
            "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

    // ---- documents --------------------------------------------------------------------------

    /** A client's document. @throws Failure MALFORMED_XML, INVALID_REQUEST */
    static List<CorsRule> parse(byte[] document) {
        List<CorsRule> rules = new ArrayList<>();
        for (Xml child : Xml.parse(document, ROOT).children()) {
            if (child.name().equals("CORSRule")) {
                rules.add(rule(child));
            }
        }
        if (rules.isEmpty() || rules.size() > MOST_RULES) {
            throw Xml.malformed();
        }
        return rules;
    }

    private static CorsRule rule(Xml asked) {
        List<String> origins = texts(asked, "AllowedOrigin");
        List<String> methods = texts(asked, "AllowedMethod");
        List<String> headers = texts(asked, "AllowedHeader");
        List<String> exposed = texts(asked, "ExposeHeader");
        String id = asked.child("ID");
        if (origins.isEmpty() || methods.isEmpty() || id.length() > LONGEST_ID) {
            throw Xml.malformed();
        }
        for (String method : methods) {
            if (!METHODS.contains(method)) {
                throw invalid(
                        "Found unsupported HTTP method in CORS config. Unsupported method is "
                                + method);
            }
        }
        oneWildcard("AllowedOrigin", origins);
        oneWildcard("AllowedHeader", headers);
        for (String name : exposed) {
            if (name.indexOf('*') >= 0) {
                throw invalid(
                        "ExposeHeader \""
                                + name
                                + "\" contains wildcard. We currently do not support wildcard for"
                                + " ExposeHeader.");
            }
        }
        return new CorsRule(id, origins, methods, headers, exposed, age(asked));
    }

    /** Texts of children of a name: of visible ASCII, as they stand in header fields. */
    private static List<String> texts(Xml asked, String name) {
        List<String> texts = new ArrayList<>();
        for (Xml child : asked.children()) {
            if (child.name().equals(name)) {
                String text = child.text().strip();
                if (text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                    throw Xml.malformed();
                }
                texts.add(text);
            }
        }
        return List.copyOf(texts);
    }

    private static int age(Xml asked) {
        if (asked.first("MaxAgeSeconds").isEmpty()) {
            return -1;
        }
        long seconds = Numbers.parse(asked.child("MaxAgeSeconds").strip());
        if (seconds < 0 || seconds > Integer.MAX_VALUE) {
            throw Xml.malformed();
        }
        return (int) seconds;
    }

    private static void oneWildcard(String name, List<String> patterns) {
        for (String pattern : patterns) {
            if (pattern.indexOf('*') != pattern.lastIndexOf('*')) {
                throw invalid(name + " \"" + pattern + "\" can not have more than one wildcard.");
            }
        }
    }

    private static Failure invalid(String sentence) {
        return new Failure(ErrorCode.INVALID_REQUEST, sentence);
    }

    /** As it is kept and answered: what {@link #parse} reads. */
    static XmlOut document(List<CorsRule> rules) {
        XmlOut out = XmlOut.document(ROOT, 256 + 512 * rules.size());
        for (CorsRule rule : rules) {
            out.open("CORSRule");
            if (!rule.id.isEmpty()) {
                out.element("ID", rule.id);
            }
            rule.methods.forEach(method -> out.element("AllowedMethod", method));
            rule.origins.forEach(origin -> out.element("AllowedOrigin", origin));
            rule.headers.forEach(header -> out.element("AllowedHeader", header));
            rule.exposed.forEach(name -> out.element("ExposeHeader", name));
            if (rule.maxAge >= 0) {
                out.element("MaxAgeSeconds", rule.maxAge);
            }
            out.close("CORSRule");
        }
        return out;
    }

    static final String DOCUMENT = ROOT;

    // ---- requests ---------------------------------------------------------------------------

    /**
     * The first rule that allows a request.
     *
     * @param wanted names of request fields, comma-separated, that a preflight asks for
     */
    static Optional<CorsRule> first(
            List<CorsRule> rules, String origin, String method, String wanted) {
        return rules.stream()
                .filter(rule ->
                        rule.methods.contains(method)
                                && matches(rule.origins, origin)
                                && rule.allows(wanted))
                .findFirst();
    }

    private boolean allows(String wanted) {
        List<String> patterns =
                headers.stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
        for (String name : wanted.split(",", -1)) {
            String one = name.strip().toLowerCase(Locale.ROOT);
            if (!one.isEmpty() && !matches(patterns, one)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(List<String> patterns, String text) {
        for (String pattern : patterns) {
            int star = pattern.indexOf('*');
            if (star < 0
                    ? pattern.equals(text)
                    : text.length() >= pattern.length() - 1
                            && text.startsWith(pattern.substring(0, star))
                            && text.endsWith(pattern.substring(star + 1))) {
                return true;
            }
        }
        return false;
    }

    /** What an answer to an allowed request carries. @param wanted as in {@link #first} */
    Headers answer(Headers answer, String origin, String wanted) {
        // One that everybody may use says so; any other names who asked, so that it may come with
        // credentials.
        boolean anyone = origins.contains("*");
        answer.add("Access-Control-Allow-Origin", anyone ? "*" : origin);
        if (!anyone) {
            answer.add("Access-Control-Allow-Credentials", "true");
        }
        answer.add("Access-Control-Allow-Methods", String.join(", ", methods));
        if (!wanted.isEmpty()) {
            answer.add("Access-Control-Allow-Headers", wanted.toLowerCase(Locale.ROOT));
        }
        if (!exposed.isEmpty()) {
            answer.add("Access-Control-Expose-Headers", String.join(", ", exposed));
        }
        if (maxAge >= 0) {
            answer.add("Access-Control-Max-Age", Integer.toString(maxAge));
        }
        return answer.add("Vary", VARY);
    }
}
