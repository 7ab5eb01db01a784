package org.domicile.s3;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What is fuzzed, by name: a parser of what strangers send, and what must hold of it whatever it is
 * given. The corpus of each lies in {@code src/test/resources/org/domicile/s3/corpus/NAME}: every
 * file of it is tried at each test run, and is where the fuzzer begins. What it finds becomes one
 * more file there.
 */
enum FuzzTarget {
    /** A request with its signature, or without one, and its body. */
    SIGNATURE(RequestProperties::signature),
    /** Method, target and headers, as an operation; and its query as it is signed. */
    ROUTES(RequestProperties::routes),
    /** {@code Range} and {@code x-amz-copy-source-range}. */
    RANGE(RequestProperties::range),
    /** {@code x-amz-copy-source}. */
    COPY_SOURCE(RequestProperties::copySource),
    /** A body in aws-chunked. */
    CHUNKS(BodyProperties::chunks),
    /** A form with a file. */
    FORM(BodyProperties::form),
    /** The policy of a form. */
    POST_POLICY(BodyProperties::postPolicy),
    /** Any XML. */
    XML(DocumentProperties::xml),
    /** Tags, CORS, lifecycle rules, ACLs. */
    DOCUMENTS(DocumentProperties::documents),
    /** A bucket's policy. */
    BUCKET_POLICY(DocumentProperties::bucketPolicy),
    /** Requests to a door, answered as the reference model of objects answers them. */
    MODEL(ModelProperty::check);

    /** What the parser made of an input. */
    enum Outcome {
        ACCEPTED,
        REFUSED
    }

    /** What must hold for every input. */
    interface Property {
        /**
         * Parses.
         *
         * @throws Exception when it does not hold: anything but the parser's own refusal
         */
        Outcome check(byte[] input) throws Exception;
    }

    /** All but the last, which needs an installation and so is slower by far. */
    static final List<FuzzTarget> PARSERS =
            Arrays.stream(values()).filter(each -> each != MODEL).toList();

    private final Property property;

    FuzzTarget(Property property) {
        this.property = property;
    }

    /** Its name on the command line, and of its corpus. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static FuzzTarget of(String word) {
        return Arrays.stream(values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "there is no target " + word + " but " + words()));
    }

    private static String words() {
        return String.join(
                ", ", Arrays.stream(values()).map(FuzzTarget::word).toArray(String[]::new));
    }

    Outcome check(byte[] input) throws Exception {
        return property.check(input);
    }

    /** Reads what we wrote ourselves: to refuse that is no refusal of the client's. */
    static <T> T again(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (Failure refused) {
            throw new AssertionError("what was accepted is refused once it is written", refused);
        }
    }
}
