package org.domicile.iam;

import static org.domicile.iam.Cases.ANNA;
import static org.domicile.iam.Cases.BO;
import static org.domicile.iam.Cases.NOBODY;
import static org.domicile.iam.Cases.NOON;
import static org.domicile.iam.Cases.ON_LAKE;
import static org.domicile.iam.Cases.SESSION;
import static org.domicile.iam.Cases.get;
import static org.domicile.iam.Cases.list;
import static org.domicile.iam.Cases.object;
import static org.domicile.iam.Cases.said;
import static org.domicile.iam.Cases.values;
import static org.domicile.iam.Cases.when;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.iam.Cases.Said;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What documents mean, as AWS documents it. */
class MeaningTest {
    private static void assertSaid(Said expected, String document, S3Request request) {
        Compiled compiled = Cases.compiled(document, ON_LAKE);
        assertEquals(
                expected,
                said(compiled, request),
                () -> request + "\n" + String.join("\n", compiled.policies().values()));
    }

    /** A condition that holds allows; otherwise nothing is said. */
    private static void assertHolds(String condition, S3Request request) {
        assertSaid(Said.ALLOW, when(condition), request);
    }

    private static void assertFails(String condition, S3Request request) {
        assertSaid(Said.NOTHING, when(condition), request);
    }

    @Test
    void denyWins() {
        String document =
                """
                {"Version": "2012-10-17", "Id": "x", "Statement": [
                 {"Sid": "Everybody reads", "Effect": "Allow", "Principal": "*",
                  "Action": ["s3:GetObject", "s3:ListBucket"],
                  "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"]},
                 {"Sid": "But", "Effect": "Deny", "Principal": {"AWS": ["water", "*"]},
                  "Action": "s3:*", "Resource": "arn:aws:s3:::lake/secret/*"}]}\
                """;
        assertSaid(Said.ALLOW, document, get(NOBODY, "a", Map.of()));
        assertSaid(Said.ALLOW, document, list(ANNA, Map.of()));
        assertSaid(Said.DENY, document, get(ANNA, "secret/a", Map.of()));
        assertSaid(
                Said.NOTHING,
                document,
                new S3Request(ANNA, "PutObject", object("a"), NOON, Map.of(), Map.of()));
        assertEquals(
                List.of("Everybody reads", "But"),
                List.copyOf(Cases.compiled(document, ON_LAKE).policies().keySet()));
    }

    private static String principals(String effect, String element) {
        return """
        {"Statement": [{"Effect": "%s", %s, "Action": "*", "Resource": "*"}]}\
        """
                .formatted(effect, element);
    }

    @Test
    void principalsAreMemberships() {
        Map<String, List<Said>> table = new LinkedHashMap<>();
        Said yes = Said.ALLOW;
        Said no = Said.NOTHING;
        // nobody, anna of water, bo of city, a session of water's role
        table.put("\"*\"", List.of(yes, yes, yes, yes));
        table.put("{\"AWS\": \"*\"}", List.of(yes, yes, yes, yes));
        table.put("{\"AWS\": \"water\"}", List.of(no, yes, no, yes));
        table.put("{\"AWS\": \"arn:aws:iam::water:root\"}", List.of(no, yes, no, yes));
        table.put("{\"AWS\": \"arn:aws:iam::water:user/anna\"}", List.of(no, yes, no, no));
        table.put(
                "{\"AWS\": [\"arn:aws:iam::water:role/reader\", \"city\"]}",
                List.of(no, no, yes, yes));
        table.put(
                "{\"AWS\": \"arn:aws:sts::water:assumed-role/reader/night\"}",
                List.of(no, no, no, yes));
        table.put(
                "{\"AWS\": \"arn:aws:sts::water:assumed-role/reader/day\"}",
                List.of(no, no, no, no));
        table.put("{\"CanonicalUser\": \"c0ffee\"}", List.of(no, yes, no, yes));
        table.put("{\"CanonicalUser\": \"b0\", \"AWS\": \"*\"}", List.of(yes, yes, yes, yes));
        List<Actor> actors = List.of(NOBODY, ANNA, BO, SESSION);
        table.forEach((principal, expected) -> {
            for (int i = 0; i < actors.size(); i++) {
                S3Request request = get(actors.get(i), "a", Map.of());
                assertSaid(
                        expected.get(i),
                        principals("Allow", "\"Principal\": " + principal),
                        request);
                if (!principal.contains("*")) {
                    assertSaid(
                            expected.get(i) == yes ? no : Said.DENY,
                            principals("Deny", "\"NotPrincipal\": " + principal),
                            request);
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3:GetObject | ALLOW",
                "S3:getobject | ALLOW",
                "s3:Get* | ALLOW",
                "s3:?etObject | ALLOW",
                "s3:G*t | ALLOW",
                "* | ALLOW",
                "s3:* | ALLOW",
                "s3:GetObject?* | NOTHING",
                "s3:PutObject | NOTHING",
                "s3:List* | NOTHING",
            })
    void actionsAreTheSameInAnyCase(String action, Said expected) {
        String document =
                """
                {"Statement": {"Effect": "Allow", "Principal": "*", "%s": "%s",
                 "Resource": "*"}}\
                """;
        S3Request request = get(NOBODY, "a", Map.of());
        assertSaid(expected, document.formatted("Action", action), request);
        Said opposite = expected == Said.ALLOW ? Said.NOTHING : Said.ALLOW;
        assertSaid(opposite, document.formatted("NotAction", action), request);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* | ALLOW",
                "arn:aws:s3:::lake/* | ALLOW",
                "arn:aws:s3:::* | ALLOW",
                "arn:aws:s3::*:lake/home/* | ALLOW",
                "arn:*:s3:::lake/home/anna/x | ALLOW",
                "arn:aws:s3:::la?e/home/anna/? | ALLOW",
                "arn:aws:s3:::lake/*/x | ALLOW",
                "arn:aws:s3:::lake/home/${aws:username}/* | ALLOW",
                "arn:aws:s3:::lake/home/${AWS:UserName}/x | ALLOW",
                "arn:aws:s3:::lake/${aws:referer, 'home'}/*/x | ALLOW",
                "arn:aws:s3:::lake/home/${aws:referer}/* | NOTHING",
                "arn:aws:s3:::lake/home/${aws:userid}/* | NOTHING",
                "arn:aws:s3:::lake/home/ann${*} | NOTHING",
                "arn:aws:s3:::lake/home/ann | NOTHING",
                "arn:aws:s3:::lake | NOTHING",
                "arn:aws:s3:::lake/home/anna/?x | NOTHING",
                "arn:aws:s3:::lake/Home/* | NOTHING",
            })
    void resourcesArePatterns(String resource, Said expected) {
        String document =
                """
                {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
                 "Action": "*", "%s": "%s"}}\
                """;
        // the id of this user holds a star, which is no wildcard
        S3Request request =
                get(
                        ANNA,
                        "home/anna/x",
                        values(ConditionKey.USERNAME, "anna", ConditionKey.USERID, "*"));
        assertSaid(expected, document.formatted("Resource", resource), request);
        Said opposite = expected == Said.ALLOW ? Said.NOTHING : Said.ALLOW;
        assertSaid(opposite, document.formatted("NotResource", resource), request);
    }

    @Test
    void variablesAreOfTheNewVersionOnly() {
        String old =
                """
                {"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
                 "Action": "*", "Resource": "arn:aws:s3:::lake/${aws:username}/*"}}\
                """;
        Map<ConditionKey, String> anna = values(ConditionKey.USERNAME, "anna");
        assertSaid(Said.NOTHING, old, get(ANNA, "anna/x", anna));
        assertSaid(Said.ALLOW, old, get(ANNA, "${aws:username}/x", anna));
        assertSaid(
                Said.NOTHING,
                old.replace("\"Version\": \"2008-10-17\", ", ""),
                get(ANNA, "anna/x", anna));
    }

    @Test
    void aKeyThatIsNotThere() {
        S3Request without = list(NOBODY, Map.of());
        for (String operator :
                List.of("StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnLike")) {
            String value = operator.equals("ArnLike") ? "arn:a:b:c:d:e" : "x";
            assertFails("{\"%s\": {\"s3:prefix\": \"%s\"}}".formatted(operator, value), without);
            assertHolds(
                    "{\"%sIfExists\": {\"s3:prefix\": \"%s\"}}".formatted(operator, value),
                    without);
            assertHolds(
                    "{\"ForAllValues:%s\": {\"s3:prefix\": \"%s\"}}".formatted(operator, value),
                    without);
            assertFails(
                    "{\"ForAnyValue:%s\": {\"s3:prefix\": \"%s\"}}".formatted(operator, value),
                    without);
        }
        assertHolds("{\"StringNotEquals\": {\"s3:prefix\": \"x\"}}", without);
        assertHolds("{\"StringNotLikeIfExists\": {\"s3:prefix\": \"*\"}}", without);
        assertFails("{\"ForAnyValue:StringNotEquals\": {\"s3:prefix\": \"x\"}}", without);
        assertFails("{\"NumericLessThan\": {\"s3:max-keys\": 10}}", without);
        assertHolds("{\"NumericNotEquals\": {\"s3:max-keys\": 10}}", without);
        assertFails("{\"Bool\": {\"aws:SecureTransport\": false}}", without);
        assertHolds("{\"BoolIfExists\": {\"aws:SecureTransport\": \"true\"}}", without);
        assertFails("{\"IpAddress\": {\"aws:SourceIp\": \"0.0.0.0/0\"}}", without);
        assertHolds("{\"NotIpAddress\": {\"aws:SourceIp\": \"0.0.0.0/0\"}}", without);
        assertHolds("{\"Null\": {\"s3:prefix\": \"true\"}}", without);
        assertFails("{\"Null\": {\"s3:prefix\": false}}", without);
        S3Request with = list(NOBODY, values(ConditionKey.PREFIX, ""));
        assertFails("{\"Null\": {\"s3:prefix\": \"true\"}}", with);
        assertHolds("{\"Null\": {\"s3:prefix\": \"false\"}}", with);
        assertHolds("{\"StringEquals\": {\"S3:PREFIX\": [\"\", \"home/\"]}}", with);
    }

    @Test
    void textsNumbersDatesAndTruths() {
        S3Request request =
                list(
                        ANNA,
                        values(
                                ConditionKey.PREFIX, "home/anna/",
                                ConditionKey.MAX_KEYS, "10",
                                ConditionKey.SECURE_TRANSPORT, "true",
                                ConditionKey.USERNAME, "anna",
                                ConditionKey.DELIMITER, "QUI="));
        assertHolds(
                "{\"StringLike\": {\"s3:prefix\": [\"x\", \"home/${aws:username}/*\"]}}", request);
        assertHolds("{\"StringEquals\": {\"s3:prefix\": \"home/${aws:username}/\"}}", request);
        assertFails("{\"StringEquals\": {\"s3:prefix\": \"home/*\"}}", request);
        assertFails("{\"StringNotLike\": {\"s3:prefix\": [\"x\", \"home/????/\"]}}", request);
        assertHolds("{\"StringEqualsIgnoreCase\": {\"s3:prefix\": \"HOME/Anna/\"}}", request);
        assertFails("{\"StringNotEqualsIgnoreCase\": {\"s3:prefix\": \"HOME/Anna/\"}}", request);
        assertFails("{\"StringLike\": {\"s3:prefix\": \"Home*\"}}", request);
        assertHolds("{\"StringEquals\": {\"aws:SecureTransport\": \"true\"}}", request);
        assertFails("{\"StringEquals\": {\"aws:SecureTransport\": \"TRUE\"}}", request);
        assertHolds("{\"Bool\": {\"aws:SecureTransport\": \"TRUE\"}}", request);
        assertHolds("{\"BinaryEquals\": {\"s3:delimiter\": \"QUI=\"}}", request);
        assertFails("{\"BinaryEquals\": {\"s3:delimiter\": \"QUM=\"}}", request);
        assertHolds("{\"NumericEquals\": {\"s3:max-keys\": \"10.0\"}}", request);
        assertHolds("{\"NumericLessThan\": {\"s3:max-keys\": \"10.5\"}}", request);
        assertFails("{\"NumericLessThan\": {\"s3:max-keys\": \"10\"}}", request);
        assertHolds("{\"NumericLessThanEquals\": {\"s3:max-keys\": 10}}", request);
        assertFails("{\"NumericGreaterThan\": {\"s3:max-keys\": 10.5}}", request);
        assertHolds("{\"NumericGreaterThanEquals\": {\"s3:max-keys\": \"-9.5\"}}", request);
        assertHolds(
                "{\"DateGreaterThan\": {\"aws:CurrentTime\": \"2026-11-24T13:59:59+02:00\"}}",
                request);
        assertFails("{\"DateGreaterThan\": {\"aws:CurrentTime\": \"2026-11-24T12:00Z\"}}", request);
        assertHolds("{\"DateLessThan\": {\"aws:EpochTime\": \"2026-12\"}}", request);
        assertHolds("{\"NumericGreaterThan\": {\"aws:EpochTime\": \"1700000000\"}}", request);
        assertHolds("{\"DateEquals\": {\"aws:CurrentTime\": \"1795521600\"}}", request);
        assertHolds("{\"ArnLike\": {\"aws:PrincipalArn\": \"arn:aws:iam::*:user/a*\"}}", request);
        assertFails("{\"ArnLike\": {\"aws:PrincipalArn\": \"arn:aws:*:user/a*:x:y\"}}", request);
        assertHolds(
                "{\"ArnNotEquals\": {\"aws:PrincipalArn\": \"arn:aws:iam::water:user/b*\"}}",
                request);
    }

    @Test
    void whatCannotBeReadMatchesNothing() {
        S3Request request =
                list(
                        NOBODY,
                        values(
                                ConditionKey.MAX_KEYS, "ten",
                                ConditionKey.SOURCE_IP, "somewhere",
                                ConditionKey.SECURE_TRANSPORT, "perhaps",
                                ConditionKey.TOKEN_ISSUE_TIME, "yesterday"));
        assertFails("{\"NumericLessThan\": {\"s3:max-keys\": 1000}}", request);
        assertFails("{\"NumericLessThanIfExists\": {\"s3:max-keys\": 1000}}", request);
        assertHolds("{\"NumericNotEquals\": {\"s3:max-keys\": 1000}}", request);
        assertHolds("{\"StringEquals\": {\"s3:max-keys\": \"ten\"}}", request);
        assertFails("{\"IpAddress\": {\"aws:SourceIp\": \"0.0.0.0/0\"}}", request);
        assertHolds("{\"NotIpAddress\": {\"aws:SourceIp\": \"0.0.0.0/0\"}}", request);
        assertFails("{\"Bool\": {\"aws:SecureTransport\": [true, false]}}", request);
        assertFails("{\"DateLessThan\": {\"aws:TokenIssueTime\": \"9999\"}}", request);
        assertHolds("{\"Null\": {\"aws:TokenIssueTime\": \"false\"}}", request);
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7, 203.0.113.0/24, true",
        "203.0.113.7, 203.0.113.99/24, true",
        "203.0.113.7, 203.0.113.7, true",
        "203.0.113.7, 203.0.114.0/24, false",
        "203.0.113.7, 0.0.0.0/0, true",
        "203.0.113.7, ::/0, false",
        "2001:db8::1, 2001:DB8:0:0::/32, true",
        "2001:db8::1, 2001:db9::/32, false",
        "::ffff:10.0.0.1, ::ffff:10.0.0.0/104, true",
        "::1, ::1, true",
    })
    void addressesAreInRanges(String address, String range, boolean isIn) {
        S3Request request = get(NOBODY, "a", values(ConditionKey.SOURCE_IP, address));
        String condition = "{\"%s\": {\"aws:SourceIp\": \"%s\"}}";
        assertSaid(
                isIn ? Said.ALLOW : Said.NOTHING,
                when(condition.formatted("IpAddress", range)),
                request);
        assertSaid(
                isIn ? Said.NOTHING : Said.ALLOW,
                when(condition.formatted("NotIpAddress", range)),
                request);
    }

    private static S3Request tagged(Map<String, String> existing, Map<String, String> set) {
        return new S3Request(
                NOBODY,
                "PutObjectTagging",
                new Target.ObjectIn("lake", "a", existing),
                NOON,
                set,
                Map.of());
    }

    @Test
    void tags() {
        Map<String, String> open = Map.of("security", "public", "level", "5");
        String existing = "{\"StringEquals\": {\"s3:ExistingObjectTag/security\": \"public\"}}";
        assertHolds(existing, tagged(open, Map.of()));
        assertFails(existing, tagged(Map.of(), open));
        assertFails(existing.replace("security", "Security"), tagged(open, Map.of()));
        assertFails(existing, list(NOBODY, Map.of()));
        assertHolds(existing.replace("Equals", "NotEquals"), list(NOBODY, Map.of()));
        assertHolds(
                "{\"NumericLessThan\": {\"s3:ExistingObjectTag/level\": 6}}",
                tagged(open, Map.of()));
        String request = "{\"StringLike\": {\"s3:RequestObjectTag/security\": \"pub*\"}}";
        assertHolds(request, tagged(Map.of(), open));
        assertFails(request, tagged(open, Map.of()));
        assertHolds("{\"Null\": {\"s3:RequestObjectTag/level\": true}}", tagged(open, Map.of()));
    }

    /** Columns: no tags; {a}; {a, b}; {b, c}. */
    @ParameterizedTest
    @CsvSource({
        "ForAllValues:StringEquals, true, true, true, false",
        "ForAnyValue:StringEquals, false, true, true, true",
        "ForAllValues:StringNotEquals, true, false, false, false",
        "ForAnyValue:StringNotEquals, false, false, false, true",
        "ForAllValues:StringLike, true, true, true, false",
        "ForAnyValue:StringLike, false, true, true, true",
        "ForAllValues:StringNotLike, true, false, false, false",
        "ForAnyValue:StringNotLike, false, false, false, true",
        "ForAnyValue:StringEqualsIfExists, true, true, true, true",
        "ForAnyValue:StringNotEqualsIfExists, true, false, false, true",
    })
    void keysWithSeveralValues(String operator, boolean none, boolean a, boolean ab, boolean bc) {
        List<Boolean> expected = List.of(none, a, ab, bc);
        List<List<String>> sets =
                List.of(List.of(), List.of("a"), List.of("a", "b"), List.of("b", "c"));
        // with a wildcard it is a question
        for (String values : List.of("[\"a\", \"b\"]", "[\"b\", \"a\", \"b?x\"]")) {
            for (int i = 0; i < sets.size(); i++) {
                Map<String, String> tags = new LinkedHashMap<>();
                sets.get(i).forEach(key -> tags.put(key, "x"));
                String condition =
                        "{\"%s\": {\"s3:RequestObjectTagKeys\": %s}}".formatted(operator, values);
                S3Request request = tagged(Map.of(), tags);
                if (expected.get(i)) {
                    assertHolds(condition, request);
                } else {
                    assertFails(condition, request);
                }
            }
        }
    }

    @Test
    void allLinesHaveToHold() {
        String condition =
                """
                {"StringEquals": {"s3:prefix": "a", "s3:delimiter": ["/", "|"]},
                 "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}\
                """;
        assertHolds(
                condition,
                list(
                        NOBODY,
                        values(
                                ConditionKey.PREFIX, "a",
                                ConditionKey.DELIMITER, "|",
                                ConditionKey.SOURCE_IP, "10.1.2.3")));
        assertFails(
                condition,
                list(
                        NOBODY,
                        values(
                                ConditionKey.PREFIX, "a",
                                ConditionKey.DELIMITER, ",",
                                ConditionKey.SOURCE_IP, "10.1.2.3")));
    }

    /** The documents that s3-tests and many a tutorial use: uploads without encryption. */
    @Test
    void uploadsWithoutEncryption() {
        String document =
                """
                {"Version": "2012-10-17", "Id": "PutObjPolicy", "Statement": [
                 {"Sid": "DenyIncorrectEncryptionHeader", "Effect": "Deny", "Principal": "*",
                  "Action": "s3:PutObject", "Resource": "arn:aws:s3:::lake/*",
                  "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}},
                 {"Sid": "DenyUnEncryptedObjectUploads", "Effect": "Deny", "Principal": "*",
                  "Action": "s3:PutObject", "Resource": "arn:aws:s3:::lake/*",
                  "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}}}]}\
                """;
        for (String encryption : List.of("", "AES256", "aws:kms")) {
            S3Request put =
                    new S3Request(
                            ANNA,
                            "PutObject",
                            object("a"),
                            NOON,
                            Map.of(),
                            encryption.isEmpty()
                                    ? Map.of()
                                    : values(ConditionKey.ENCRYPTION, encryption));
            assertSaid(encryption.equals("AES256") ? Said.NOTHING : Said.DENY, document, put);
        }
    }

    @Test
    void thePolicyOfAPrincipalReachesEveryBucket() {
        String document =
                """
                {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "sqs:SendMessage"],
                  "Resource": "arn:aws:s3:::*"},
                 {"Effect": "Allow", "Action": "s3:GetObject",
                  "Resource": "arn:aws:s3:::${aws:username}-*/*"}]}\
                """;
        for (Attachment to : List.of(new Attachment.Identity(), new Attachment.Session())) {
            assertEquals(
                    Said.ALLOW,
                    said(
                            document,
                            to,
                            new S3Request(
                                    ANNA,
                                    "ListAllMyBuckets",
                                    new Target.Service(),
                                    NOON,
                                    Map.of(),
                                    Map.of())));
            Map<ConditionKey, String> anna = values(ConditionKey.USERNAME, "anna");
            Target own = new Target.ObjectIn("anna-1", "a", Map.of());
            assertEquals(
                    Said.ALLOW,
                    said(
                            document,
                            to,
                            new S3Request(ANNA, "GetObject", own, NOON, Map.of(), anna)));
            assertEquals(Said.NOTHING, said(document, to, get(ANNA, "a", anna)));
        }
    }

    /** Who reads a context sees what was claimed. */
    @Test
    void aQuestionSaysAllOfItself() {
        Compiled compiled =
                Cases.compiled(
                        when(
                                "{\"ForAllValues:StringNotLike\":"
                                        + " {\"s3:RequestObjectTagKeys\": [\"a?\", \"${*}\"]},"
                                        + " \"StringEqualsIgnoreCase\": {\"AWS:referer\":"
                                        + " \"${aws:username, 'x'}\"}}"),
                        ON_LAKE);
        assertEquals(
                List.of(
                        "s3:RequestObjectTagKeys StringLike [\"a?\", \"${*}\"]",
                        "aws:Referer StringEqualsIgnoreCase [\"${aws:username, 'x'}\"]"),
                compiled.questions().stream().map(Question::name).toList());
        assertTrue(S3Schema.text().contains("answers: Set<String>"));
    }
}
