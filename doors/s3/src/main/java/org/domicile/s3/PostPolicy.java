package org.domicile.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.http.Headers;

/**
 * What a signer lets a form upload: until when, and what each field may say (S3 API reference,
 * "POST Policy"). Every field of the form needs a condition, the bucket too.
 *
 * @param expiration until when
 * @param conditions on fields
 * @param range how long the file may be
 */
record PostPolicy(Instant expiration, List<Condition> conditions, Range range) {
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(3).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // a dollar sign is escaped so
                    .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                    .build();

    private static final Pattern RANGE = Pattern.compile("\\d{1,15}");

    /** How a field's value is compared. */
    enum Comparison {
        EQUAL("eq"),
        STARTS_WITH("starts-with");

        private final String word;

        Comparison(String word) {
            this.word = word;
        }
    }

    /** One field's. @param field in lower case, without its dollar sign */
    record Condition(Comparison comparison, String field, String value) {
        boolean holds(String actual) {
            return switch (comparison) {
                case EQUAL -> actual.equals(value);
                case STARTS_WITH ->
                        field.equals("content-type") && actual.indexOf(',') >= 0
                                ? List.of(actual.split(",", -1)).stream()
                                        .allMatch(each -> each.strip().startsWith(value))
                                : actual.startsWith(value);
            };
        }
    }

    /** In bytes. @param least inclusive @param most inclusive */
    record Range(long least, long most) {
        /** Where nothing is said. */
        static final Range ANY = new Range(0, Writes.LARGEST);
    }

    /**
     * Parses a document.
     *
     * @throws Failure INVALID_POLICY_DOCUMENT
     */
    static PostPolicy parse(byte[] document) {
        Instant expiration = null;
        List<Condition> conditions = null;
        Range[] range = {Range.ANY};
        try (JsonParser json = JSON.createParser(document)) {
            want(json.nextToken() == JsonToken.START_OBJECT, "it is a JSON object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "expiration" -> {
                        want(value == JsonToken.VALUE_STRING, "expiration is a text");
                        expiration = expiration(json.getText());
                    }
                    case "conditions" -> {
                        want(value == JsonToken.START_ARRAY, "conditions is a list");
                        conditions = conditions(json, range);
                    }
                    default -> throw invalid("unexpected: '" + name + "'");
                }
            }
            want(json.nextToken() == null, "nothing follows the object");
        } catch (IOException e) {
            throw invalid("it is not well-formed JSON");
        }
        if (expiration == null || conditions == null) {
            throw invalid("it needs 'expiration' and 'conditions'");
        }
        return new PostPolicy(expiration, conditions, range[0]);
    }

    private static Instant expiration(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw invalid("invalid 'expiration' value: '" + text + "'");
        }
    }

    private static List<Condition> conditions(JsonParser json, Range[] range) throws IOException {
        List<Condition> conditions = new ArrayList<>();
        for (JsonToken next = json.nextToken();
                next != JsonToken.END_ARRAY;
                next = json.nextToken()) {
            if (next == JsonToken.START_OBJECT) {
                want(
                        json.nextToken() == JsonToken.FIELD_NAME,
                        "a condition in braces names one field");
                String field = Headers.lower(json.currentName());
                want(json.nextToken() == JsonToken.VALUE_STRING, "a condition's value is a text");
                conditions.add(new Condition(Comparison.EQUAL, field, json.getText()));
                want(
                        json.nextToken() == JsonToken.END_OBJECT,
                        "a condition in braces names one field");
            } else {
                want(next == JsonToken.START_ARRAY, "a condition is a list or an object");
                listed(json, conditions, range);
            }
        }
        return conditions;
    }

    private static void listed(JsonParser json, List<Condition> conditions, Range[] range)
            throws IOException {
        List<String> words = new ArrayList<>(3);
        for (JsonToken next = json.nextToken();
                next != JsonToken.END_ARRAY;
                next = json.nextToken()) {
            want(
                    next == JsonToken.VALUE_STRING || next == JsonToken.VALUE_NUMBER_INT,
                    "a condition in brackets holds texts and numbers");
            words.add(json.getText());
        }
        want(words.size() == 3, "a condition in brackets has three elements");
        String word = Headers.lower(words.get(0));
        if (word.equals("content-length-range")) {
            Matcher least = RANGE.matcher(words.get(1));
            Matcher most = RANGE.matcher(words.get(2));
            want(least.matches() && most.matches(), "content-length-range has two numbers");
            range[0] =
                    new Range(
                            Math.max(range[0].least(), Long.parseLong(words.get(1))),
                            Math.min(range[0].most(), Long.parseLong(words.get(2))));
            return;
        }
        for (Comparison each : Comparison.values()) {
            if (each.word.equals(word)) {
                want(words.get(1).startsWith("$"), "a field is written with $ in front");
                conditions.add(
                        new Condition(
                                each, Headers.lower(words.get(1).substring(1)), words.get(2)));
                return;
            }
        }
        throw invalid("unknown condition '" + word + "'");
    }

    /**
     * Judges a form.
     *
     * @param fields by lower-case name, as text, the bucket among them
     * @param free names that need no condition
     * @throws Failure ACCESS_DENIED with what does not hold
     */
    void judge(Map<String, String> fields, Set<String> free, Instant now) {
        if (!now.isBefore(expiration)) {
            throw denied("Policy expired.");
        }
        Set<String> spoken = new HashSet<>(free);
        for (Condition each : conditions) {
            spoken.add(each.field());
            if (!each.holds(fields.getOrDefault(each.field(), ""))) {
                throw denied(
                        "Policy Condition failed: [\"%s\", \"$%s\", \"%s\"]"
                                .formatted(each.comparison().word, each.field(), each.value()));
            }
        }
        for (String field : fields.keySet()) {
            if (!spoken.contains(field)
                    && !field.startsWith("x-ignore-")
                    // A promise of the file's digest grants nothing: it can only fail.
                    && !field.startsWith("x-amz-checksum-")) {
                throw denied("Extra input fields: " + field);
            }
        }
    }

    private static void want(boolean holds, String rule) {
        if (!holds) {
            throw invalid(rule);
        }
    }

    private static Failure invalid(String why) {
        return new Failure(ErrorCode.INVALID_POLICY_DOCUMENT, "Invalid Policy: " + why + ".");
    }

    private static Failure denied(String why) {
        return new Failure(ErrorCode.ACCESS_DENIED, "Invalid according to Policy: " + why);
    }
}
