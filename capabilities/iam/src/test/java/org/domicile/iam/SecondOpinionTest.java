package org.domicile.iam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.domicile.cedar.PolicySet;
import org.junit.jupiter.api.Test;

/** Random documents and requests, compiled and decided, and interpreted: both say the same. */
class SecondOpinionTest {
    private static final int DOCUMENTS = 600;
    private static final int REQUESTS = 20;

    /** Validation takes each action in turn, so of some documents only. */
    private static final int VALIDATED = 50;

    private static final List<String> KEYS =
            List.of(
                    "s3:prefix",
                    "aws:Referer",
                    "aws:UserAgent",
                    "aws:username",
                    "s3:max-keys",
                    "aws:SourceIp",
                    "aws:SecureTransport",
                    "aws:CurrentTime",
                    "aws:TokenIssueTime",
                    "aws:PrincipalArn",
                    "s3:ExistingObjectTag/kind",
                    "s3:RequestObjectTag/kind",
                    "s3:RequestObjectTagKeys");
    private static final List<String> TEXTS =
            List.of("a", "A", "ab", "anna", "a*", "kind", "b/c", "true", "10", "é", "x:y", "");
    private static final List<String> PATTERNS =
            List.of(
                    "a",
                    "A*",
                    "a*",
                    "*",
                    "?",
                    "a?",
                    "*b",
                    "an*a",
                    "${aws:username}",
                    "${aws:username, 'ab'}*",
                    "a${*}",
                    "${s3:prefix}?",
                    "${aws:Referer}",
                    "b/?",
                    "x:*",
                    "kind",
                    "");
    private static final List<String> NUMBERS = List.of("10", "9.5", "-1", "0", "10.0", "11");
    private static final List<String> MOMENTS =
            List.of(
                    "2026-11-24",
                    "2026-11-24T12:00:00Z",
                    "2026-11-24T14:00:00+02:00",
                    "1795521600",
                    "2027-01-01",
                    "1999-12-31T23:59:59.999Z");
    private static final List<String> RANGES =
            List.of("10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "::/0", "10.1.2.9/30");
    private static final List<String> ARNS =
            List.of(
                    "arn:aws:iam::water:user/anna",
                    "arn:aws:iam::water:user/*",
                    "arn:*:iam::*:role/read??",
                    "arn:aws:iam::city:*",
                    "arn:aws:iam::water:user/${aws:username}",
                    "arn:aws:iam::wa:ter:user/*");
    private static final List<String> BINARY = List.of("YQ==", "YWI=", "");

    private final Random random = Cases.random("SecondOpinionTest");

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private List<String> some(List<String> of) {
        Set<String> some = new LinkedHashSet<>();
        do {
            some.add(one(of));
        } while (chance(40));
        return List.copyOf(some);
    }

    private Interpreter.Document document() {
        List<Interpreter.Statement> statements = new ArrayList<>();
        do {
            statements.add(statement());
        } while (chance(50));
        return new Interpreter.Document(chance(85) ? "2012-10-17" : "2008-10-17", statements);
    }

    private Interpreter.Statement statement() {
        String effect = chance(70) ? "Allow" : "Deny";
        boolean notPrincipal = effect.equals("Deny") && chance(20);
        List<String> principals =
                chance(50) && !notPrincipal
                        ? List.of("*")
                        : some(
                                List.of(
                                        "water",
                                        "city",
                                        "arn:aws:iam::water:user/anna",
                                        "arn:aws:iam::water:role/reader",
                                        "arn:aws:sts::water:assumed-role/reader/night"));
        List<Interpreter.Line> lines = new ArrayList<>();
        Set<String> operators = new HashSet<>();
        while (chance(60)) {
            Interpreter.Line line = line();
            if (operators.add(line.operator())) {
                lines.add(line);
            }
        }
        return new Interpreter.Statement(
                effect,
                notPrincipal,
                principals,
                chance(10),
                some(List.of("s3:GetObject", "s3:*", "*", "S3:get*", "s3:?istBucket", "s3:Put*")),
                chance(10),
                some(
                        List.of(
                                "*",
                                "arn:aws:s3:::lake",
                                "arn:aws:s3:::lake/*",
                                "arn:aws:s3:::la?e/a*",
                                "arn:aws:s3:::lake/${aws:username}/*",
                                "arn:aws:s3:::lake/*/${*}",
                                "arn:aws:s3:::lake/ab")),
                lines);
    }

    private static final List<String> BASES =
            List.of(
                    "StringEquals",
                    "StringNotEquals",
                    "StringEqualsIgnoreCase",
                    "StringNotEqualsIgnoreCase",
                    "StringLike",
                    "StringNotLike",
                    "NumericEquals",
                    "NumericNotEquals",
                    "NumericLessThan",
                    "NumericLessThanEquals",
                    "NumericGreaterThan",
                    "NumericGreaterThanEquals",
                    "DateEquals",
                    "DateNotEquals",
                    "DateLessThan",
                    "DateLessThanEquals",
                    "DateGreaterThan",
                    "DateGreaterThanEquals",
                    "Bool",
                    "BinaryEquals",
                    "IpAddress",
                    "NotIpAddress",
                    "ArnEquals",
                    "ArnLike",
                    "ArnNotEquals",
                    "ArnNotLike",
                    "Null");

    private Interpreter.Line line() {
        String base = one(BASES);
        String key = chance(50) ? fitting(base) : one(KEYS);
        List<String> values = some(values(base));
        String operator = base;
        if (!base.equals("Null")) {
            boolean several = key.equals("s3:RequestObjectTagKeys");
            if (several || chance(20)) {
                operator = (chance(50) ? "ForAnyValue:" : "ForAllValues:") + operator;
            }
            operator += chance(20) ? "IfExists" : "";
        }
        boolean tag = key.contains("/");
        return new Interpreter.Line(
                operator,
                !tag && chance(20) ? key.toUpperCase(java.util.Locale.ROOT) : key,
                values);
    }

    private static List<String> values(String base) {
        if (base.startsWith("String")) {
            return PATTERNS;
        }
        if (base.startsWith("Numeric")) {
            return NUMBERS;
        }
        if (base.startsWith("Date")) {
            return MOMENTS;
        }
        if (base.startsWith("Binary")) {
            return BINARY;
        }
        if (base.startsWith("Arn")) {
            return ARNS;
        }
        return base.contains("Ip") ? RANGES : List.of("true", "false");
    }

    private String fitting(String base) {
        if (base.startsWith("Numeric")) {
            return one(List.of("s3:max-keys", "s3:ExistingObjectTag/kind"));
        }
        if (base.startsWith("Date")) {
            return one(List.of("aws:CurrentTime", "aws:TokenIssueTime"));
        }
        if (base.contains("Ip")) {
            return "aws:SourceIp";
        }
        if (base.startsWith("Arn")) {
            return "aws:PrincipalArn";
        }
        return base.equals("Bool")
                ? "aws:SecureTransport"
                : one(List.of("s3:prefix", "s3:RequestObjectTagKeys", "aws:Referer"));
    }

    private static String written(Interpreter.Document document) {
        return "{\"Version\": \"%s\", \"Statement\": [%s]}"
                .formatted(
                        document.version(),
                        document.statements().stream()
                                .map(SecondOpinionTest::written)
                                .collect(Collectors.joining(",\n ")));
    }

    private static String written(Interpreter.Statement statement) {
        Map<String, Map<String, List<String>>> conditions = new LinkedHashMap<>();
        for (Interpreter.Line line : statement.conditions()) {
            conditions
                    .computeIfAbsent(line.operator(), _ -> new LinkedHashMap<>())
                    .put(line.key(), line.values());
        }
        String principals =
                statement.principals().equals(List.of("*"))
                        ? "\"*\""
                        : "{\"AWS\": " + written(statement.principals()) + "}";
        return "{\"Effect\": \"%s\", \"%sPrincipal\": %s, \"%sAction\": %s, \"%sResource\": %s, \"Condition\": {%s}}"
                .formatted(
                        statement.effect(),
                        statement.notPrincipal() ? "Not" : "",
                        principals,
                        statement.notAction() ? "Not" : "",
                        written(statement.actions()),
                        statement.notResource() ? "Not" : "",
                        written(statement.resources()),
                        conditions.entrySet().stream()
                                .map(operator ->
                                        "\"%s\": {%s}"
                                                .formatted(
                                                        operator.getKey(),
                                                        operator.getValue().entrySet().stream()
                                                                .map(key ->
                                                                        "\"%s\": %s"
                                                                                .formatted(
                                                                                        key
                                                                                                .getKey(),
                                                                                        written(
                                                                                                key
                                                                                                        .getValue())))
                                                                .collect(Collectors.joining(", "))))
                                .collect(Collectors.joining(", ")));
    }

    private static String written(List<String> texts) {
        return texts.stream()
                .map(text -> '"' + text + '"')
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private S3Request request() {
        Map<ConditionKey, String> values = new EnumMap<>(ConditionKey.class);
        maybe(values, ConditionKey.PREFIX, TEXTS);
        maybe(values, ConditionKey.REFERER, TEXTS);
        maybe(values, ConditionKey.USER_AGENT, List.of("YQ==", "ab", "2026-11-24", "10.1.2.3"));
        maybe(values, ConditionKey.USERNAME, List.of("anna", "a", "*", "a?"));
        maybe(values, ConditionKey.MAX_KEYS, List.of("10", "9", "-1", "ten", "9.5", "011"));
        maybe(
                values,
                ConditionKey.SOURCE_IP,
                List.of("10.1.2.3", "11.0.0.1", "2001:db8::7", "fe80::1", "x"));
        maybe(values, ConditionKey.SECURE_TRANSPORT, List.of("true", "false", "TRUE", "yes"));
        maybe(
                values,
                ConditionKey.TOKEN_ISSUE_TIME,
                List.of("2026-11-24T12:00:00Z", "1795521601", "soon"));
        Actor actor = one(List.of(Cases.NOBODY, Cases.ANNA, Cases.BO, Cases.SESSION));
        Instant now = one(List.of(Cases.NOON, Instant.parse("2027-01-01T00:00:00.001Z")));
        Map<String, String> tags = new HashMap<>();
        while (chance(50)) {
            tags.put(one(List.of("kind", "a", "A", "ab")), one(TEXTS));
        }
        Map<String, String> existing =
                chance(50) ? Map.of() : Map.of("kind", one(List.of("a", "ab", "10", "7", "A")));
        if (chance(30)) {
            return new S3Request(actor, "ListBucket", new Target.Bucket("lake"), now, tags, values);
        }
        return new S3Request(
                actor,
                one(List.of("GetObject", "PutObject", "PutObjectTagging")),
                new Target.ObjectIn(
                        "lake", one(List.of("ab", "anna/x", "a/*", "é/y", "*/z")), existing),
                now,
                tags,
                values);
    }

    private void maybe(Map<ConditionKey, String> values, ConditionKey key, List<String> of) {
        if (chance(60)) {
            values.put(key, one(of));
        }
    }

    private static Interpreter.Asking asking(S3Request request) {
        Map<String, List<String>> context = new HashMap<>();
        request.values()
                .forEach((key, value) ->
                        context.put(
                                key.iamName().toLowerCase(java.util.Locale.ROOT), List.of(value)));
        context.put("aws:currenttime", List.of(request.time().toString()));
        if (!request.tags().isEmpty()) {
            context.put("s3:requestobjecttagkeys", List.copyOf(request.tags().keySet()));
        }
        request.tags()
                .forEach((key, value) -> context.put("s3:requestobjecttag/" + key, List.of(value)));
        if (request.target() instanceof Target.ObjectIn object) {
            object.tags()
                    .forEach((key, value) ->
                            context.put("s3:existingobjecttag/" + key, List.of(value)));
        }
        Set<String> names = new HashSet<>();
        if (request.actor() instanceof Actor.Known known) {
            names.add(known.arn());
            names.addAll(known.also());
            names.add(known.account());
            context.put("aws:principalarn", List.of(known.arn()));
        }
        return new Interpreter.Asking(names, request.action(), request.target().arn(), context);
    }

    /** Every operator on every key, with every prefix and suffix that it may have. */
    @Test
    void everyLineIsValidCedar() {
        int lines = 0;
        for (String base : BASES) {
            List<String> statements = new ArrayList<>();
            for (String key : KEYS) {
                for (String prefix : List.of("", "ForAnyValue:", "ForAllValues:")) {
                    for (String suffix : List.of("", "IfExists")) {
                        boolean several = key.equals("s3:RequestObjectTagKeys");
                        boolean bare = prefix.isEmpty() && suffix.isEmpty();
                        if (base.equals("Null") ? bare : !several || !prefix.isEmpty()) {
                            List<String> values = values(base);
                            statements.add(
                                    """
                                    {"Effect": "Allow", "Principal": "*", "Resource": "*",
                                     "Action": ["s3:GetObject", "s3:ListBucket"],
                                     "Condition": {"%s": {"%s": %s}}}\
                                    """
                                            .formatted(
                                                    prefix + base + suffix,
                                                    key,
                                                    written(
                                                            List.of(
                                                                    values.getFirst(),
                                                                    values.get(1)))));
                        }
                    }
                }
            }
            lines += statements.size();
            Cases.assertValid(
                    Cases.compiled(
                            "{\"Version\": \"2012-10-17\", \"Statement\": ["
                                    + String.join(",", statements)
                                    + "]}",
                            Cases.ON_LAKE));
        }
        assertTrue(lines > 1_900, "lines: " + lines);
    }

    @Test
    void bothSayTheSame() {
        Map<Cases.Said, Integer> seen = new EnumMap<>(Cases.Said.class);
        int asked = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            Interpreter.Document document = document();
            String text = written(document);
            Compiled compiled = Cases.compiled(text, Cases.ON_LAKE);
            if (i % VALIDATED == 0) {
                Cases.assertValid(compiled);
            }
            PolicySet policies = compiled.policySet();
            asked += compiled.questions().isEmpty() ? 0 : 1;
            for (int j = 0; j < REQUESTS; j++) {
                S3Request request = request();
                Cases.Said expected = Interpreter.said(document, asking(request));
                seen.merge(expected, 1, Integer::sum);
                assertEquals(
                        expected,
                        Cases.said(compiled, policies, request),
                        () ->
                                text
                                        + "\n"
                                        + request
                                        + "\n"
                                        + String.join("\n", compiled.policies().values()));
            }
        }
        System.out.println(seen + ", documents with questions: " + asked);
        for (Cases.Said each : Cases.Said.values()) {
            assertTrue(seen.getOrDefault(each, 0) > DOCUMENTS / 4, each + " too seldom: " + seen);
        }
        assertTrue(asked > DOCUMENTS / 10 && asked < DOCUMENTS * 9 / 10, "questions: " + asked);
    }
}
