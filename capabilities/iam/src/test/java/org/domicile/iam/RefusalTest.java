package org.domicile.iam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused, with which words, and that nothing else happens. */
class RefusalTest {
    private static final int ROUNDS = 8_000;
    private static final String SIGNS = "\"\\{}[]():,*?$\0\n\ud800/.";

    private static final String WHOLE =
            """
            {
              "Version": "2012-10-17",
              "Id": "all",
              "Statement": [
                {
                  "Sid": "One of each",
                  "Effect": "Allow",
                  "Principal": {"AWS": ["water", "arn:aws:iam::city:user/bo"]},
                  "Action": ["s3:GetObject", "s3:List*"],
                  "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/home/${aws:username}/*"],
                  "Condition": {
                    "StringLike": {"s3:prefix": ["a*", "b?"]},
                    "NumericLessThanEquals": {"s3:max-keys": 100},
                    "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
                    "Bool": {"aws:SecureTransport": true},
                    "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]},
                    "ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["a", "b"]},
                    "ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::water:*"},
                    "Null": {"s3:VersionId": "true"},
                    "BinaryEquals": {"s3:delimiter": "Lw=="}
                  }
                },
                {"Effect": "Deny", "NotPrincipal": {"AWS": "water"}, "NotAction": "s3:GetObject",
                 "NotResource": "arn:aws:s3:::lake/open/*"}
              ]
            }
            """;

    private static IamException refused(String document, Attachment to) {
        return assertThrows(IamException.class, () -> Compiled.compile(document, to), document);
    }

    /** A change of the document above, and what is said of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"2012-10-17\"|\"2012-10-18\"|line 2, column 14: Version is",
                "\"Id\"|\"ID\"|line 3, column 3: a policy has Version, Id and Statement, and no"
                        + " \"ID\"",
                "\"Id\": \"all\"|\"Id\": 1|line 3, column 9: Id is a string",
                "\"Id\"|\"Version\"|line 3, column 3: the name \"Version\" stands here twice",
                "\"Effect\": \"Allow\"|\"Effect\": \"allow\"|line 7, column 17: statement \"One of"
                        + " each\": Effect is",
                "\"Effect\": \"Allow\",||statement \"One of each\": it needs Effect",
                "\"Sid\"|\"sid\"|there is no element \"sid\"",
                "s3:List*|s3:Lost*|S3 has no action \"s3:Lost*\"",
                "s3:List*|sqs:List*|is no action of S3",
                "[\"s3:GetObject\", \"s3:List*\"]|[]|found an empty array",
                "[\"s3:GetObject\", \"s3:List*\"]|\"s3:ListAllMyBuckets\"|none of these actions is"
                        + " asked for a bucket",
                "\"arn:aws:s3:::lake\"|\"arn:aws:s3:::pond\"|is not in this bucket",
                "\"arn:aws:s3:::lake\"|\"lake\"|is no resource",
                "${aws:username}|${aws:nickname}|there is no variable \"${aws:nickname}\"",
                "${aws:username}|${aws:username|a variable without `}`",
                "${aws:username}|${aws:username, x}|stands in '…'",
                "${aws:username}|${s3:RequestObjectTagKeys}|has several values",
                "arn:aws:iam::city:user/bo|arn:aws:iam::city:user/*|which no principal has",
                "arn:aws:iam::city:user/bo|arn:aws:iam::city:bo|names no user/",
                "arn:aws:iam::city:user/bo|arn:aws:s3:::lake|is no principal",
                "{\"AWS\": [|{\"Service\": [|nobody acts here as a principal of the kind"
                        + " \"Service\"",
                "{\"AWS\": [|{\"aws\": [|there is no kind of principal \"aws\"",
                "\"StringLike\"|\"stringLike\"|there is no condition operator \"stringLike\"",
                "\"Null\"|\"NullIfExists\"|there is no condition operator",
                "\"s3:prefix\"|\"s3:prefixes\"|nothing here says what \"s3:prefixes\" is of a"
                        + " request; there is s3:prefix",
                "\"s3:prefix\"|\"aws:PrincipalOrgID\"|nothing here says what \"aws:PrincipalOrgID\""
                        + " is",
                "ForAllValues:StringEquals|StringEquals|has several values: say"
                        + " \"ForAnyValue:StringEquals\"",
                "\"s3:max-keys\": 100|\"s3:max-keys\": \"many\"|expected a number",
                "\"s3:max-keys\": 100|\"s3:max-keys\": 1e2|expected a number",
                "\"s3:max-keys\": 100|\"s3:max-keys\": null|found null",
                "\"s3:max-keys\": 100|\"s3:max-keys\": []|at least one value",
                "2027-01-01T|2027-13-01T|expected a moment",
                "2027-01-01T|2027-02-29T|expected a moment",
                "\"aws:SecureTransport\": true|\"aws:SecureTransport\": 1|expected true or false",
                "10.0.0.0/8|10.0.0.*|it has no wildcards",
                "10.0.0.0/8|10.0.0.0/33|expected an address",
                "10.0.0.0/8|10.0.0.010|expected an address",
                "2001:db8::/32|2001:db8::1::/32|expected an address",
                "arn:aws:iam::water:*|*|is no ARN",
                "\"Lw==\"|\"L\"|expected Base64",
                "\"NotPrincipal\": {\"AWS\": \"water\"}|\"NotPrincipal\": \"*\"|is nobody",
                "\"Effect\": \"Deny\"|\"Effect\": \"Allow\"|NotPrincipal stands with",
                "\"NotPrincipal\"|\"Principal\": \"*\", \"NotPrincipal\"|it has Principal or"
                        + " NotPrincipal, not both",
                "\"NotPrincipal\": {\"AWS\": \"water\"},||statement 2: it needs Principal",
                "\"Effect\": \"Deny\"|\"Sid\": \"One of each\", \"Effect\": \"Deny\"|two statements"
                        + " are called",
            })
    void aChangeIsRefused(String before, String after, String said) {
        String change = after == null ? "" : after;
        assertTrue(WHOLE.contains(before), before);
        IamException refusal = refused(WHOLE.replace(before, change), Cases.ON_LAKE);
        assertTrue(String.valueOf(refusal.getMessage()).contains(said), refusal.getMessage());
    }

    @Test
    void theWholeIsRead() {
        Compiled compiled = Cases.compiled(WHOLE, Cases.ON_LAKE);
        assertEquals(
                List.of("One of each", "statement2"), List.copyOf(compiled.policies().keySet()));
        assertEquals(2, compiled.policySet().policies().size());
        Cases.assertValid(compiled);
    }

    @Test
    void aPrincipalIsNamedWhereItBelongs() {
        String anonymous =
                "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}";
        refused(anonymous, Cases.ON_LAKE);
        Cases.compiled(anonymous, new Attachment.Session());
        IamException refusal = refused(WHOLE, new Attachment.Identity());
        assertTrue(String.valueOf(refusal.getMessage()).contains("names no principal"));
        assertEquals(8, refusal.line());
        assertEquals(7, refusal.column());
    }

    @Test
    void sizeAndDepthAreLimited() {
        String padding = " ".repeat(Document.LARGEST);
        assertTrue(
                String.valueOf(refused(WHOLE + padding, Cases.ON_LAKE).getMessage())
                        .contains("at most 20480 bytes"));
        refused("é".repeat(Document.LARGEST / 2 + 1), Cases.ON_LAKE);
        refused("[".repeat(10_000), Cases.ON_LAKE);
        refused("{\"Statement\":".repeat(1_500), Cases.ON_LAKE);
        refused("", Cases.ON_LAKE);
        refused("[]", Cases.ON_LAKE);
        refused("{\"Statement\": []}", Cases.ON_LAKE);
        refused("{\"Statement\": [[]]}", Cases.ON_LAKE);
        refused(WHOLE + "x", Cases.ON_LAKE);
        refused(WHOLE.replace("One of each", "\\ud800"), Cases.ON_LAKE);
        refused(WHOLE.replace("One of each", "a\nb"), Cases.ON_LAKE);
    }

    /** As large as a document may be and as bad for matching as it can get. */
    @Test
    void theWorstPatternTakesNoTime() {
        String pattern = "arn:aws:s3:::lake/" + "*a?".repeat(650);
        StringBuilder resources = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            resources.append(i > 0 ? ", " : "").append('"').append(pattern).append(i).append('"');
        }
        String document =
                """
                {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*",
                 "Resource": [%s]}}\
                """
                        .formatted(resources);
        Compiled compiled = Cases.compiled(document, Cases.ON_LAKE);
        long begin = System.nanoTime();
        assertEquals(
                Cases.Said.NOTHING,
                Cases.said(compiled, Cases.get(Cases.NOBODY, "a".repeat(1000), Map.of())));
        assertTrue(System.nanoTime() - begin < 5_000_000_000L);
    }

    /** Whatever comes in: a result that Cedar takes, or the refusal. */
    @Test
    void whateverComesInIsReadOrRefused() {
        Random random = Cases.random("whateverComesInIsReadOrRefused");
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String document = scratched(WHOLE, random);
            try {
                Compiled compiled = Compiled.compile(document, Cases.ON_LAKE);
                if (i % 16 == 0) {
                    Cases.said(compiled, Cases.list(Cases.ANNA, Map.of()));
                }
            } catch (IamException e) {
                refused++;
                assertTrue(e.line() > 0 && e.column() > 0, document);
                assertTrue(String.valueOf(e.getMessage()).length() > 20, document);
            } catch (RuntimeException | StackOverflowError e) {
                fail("threw " + e + " for " + document, e);
            }
        }
        assertTrue(refused > ROUNDS / 3 && refused < ROUNDS, "refused " + refused);
    }

    private static String scratched(String original, Random random) {
        StringBuilder text = new StringBuilder(original);
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes && !text.isEmpty(); i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(6)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, text.charAt(random.nextInt(text.length())));
                case 2 -> text.setCharAt(at, (char) random.nextInt(0x3000));
                case 3 -> {
                    int other = random.nextInt(text.length());
                    text.insert(
                            at,
                            original.substring(
                                    Math.min(other, original.length()),
                                    Math.min(other + random.nextInt(30), original.length())));
                }
                case 4 -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
                default -> text.setCharAt(at, SIGNS.charAt(random.nextInt(SIGNS.length())));
            }
        }
        return text.toString();
    }
}
