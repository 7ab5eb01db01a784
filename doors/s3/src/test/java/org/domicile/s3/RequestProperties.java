package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.guard.GuardedObjects.ByteRange;
import org.domicile.guard.Upstream;
import org.domicile.request.Caller;
import org.domicile.s3.FuzzTarget.Outcome;

/** What must hold of a request's head. */
final class RequestProperties {
    /** What the requests of the corpus were, by their signatures. */
    private static final Map<String, SignedFuzzTest.Case> ORIGINALS = new HashMap<>();

    /** What they hold. */
    static final byte[] BODY = Signer.latin("forty bytes that somebody wants to keep.");

    static {
        SignedFuzzTest.valid(BODY).forEach(each -> ORIGINALS.put(signature(each.sent()), each));
    }

    private static final Pattern BOTH = Pattern.compile("(?i)bytes=(\\d+)-(\\d*)");
    private static final Pattern SUFFIX = Pattern.compile("(?i)bytes=-(\\d+)");

    private RequestProperties() {}

    private static String signature(Sent sent) {
        return sent.field("authorization").isEmpty()
                ? sent.rawQuery().replaceAll(".*X-Amz-Signature=", "")
                : Signer.seed(sent);
    }

    /**
     * A request as on the wire but for its line ends, which are LF.
     *
     * @return empty for what the HTTP layer lets nobody see
     */
    static Optional<Sent> request(byte[] input) {
        int end = 0;
        while (end < input.length
                && !(input[end] == '\n' && end + 1 < input.length && input[end + 1] == '\n')) {
            end++;
        }
        String[] lines = new String(input, 0, end, ISO_8859_1).split("\n", -1);
        byte[] body = Arrays.copyOfRange(input, Math.min(end + 2, input.length), input.length);
        String[] first = lines[0].split(" ", -1);
        if (first.length != 2 || !first[0].matches("[A-Z]{1,10}") || !first[1].startsWith("/")) {
            return Optional.empty();
        }
        int mark = first[1].indexOf('?');
        List<String[]> fields = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon <= 0 || !lines[i].substring(0, colon).matches("[!-9;-~]+")) {
                return Optional.empty();
            }
            String value = lines[i].substring(colon + 1);
            if (!value.matches("[\\t -~\u0080-\u00ff]*")) {
                return Optional.empty();
            }
            fields.add(new String[] {lines[i].substring(0, colon), value.strip()});
        }
        return Optional.of(
                new Sent(
                        first[0],
                        mark < 0 ? first[1] : first[1].substring(0, mark),
                        mark < 0 ? "" : first[1].substring(mark + 1),
                        fields,
                        body.length,
                        body));
    }

    /** The same written as it is read. */
    static byte[] bytes(Sent sent) {
        StringBuilder text = new StringBuilder(sent.method()).append(' ').append(sent.rawPath());
        text.append(sent.rawQuery().isEmpty() ? "" : "?").append(sent.rawQuery());
        sent.fields().forEach(each -> text.append('\n').append(each[0] + ": " + each[1]));
        return Signer.latin(text + "\n\n" + new String(sent.bytes(), ISO_8859_1));
    }

    /**
     * A verdict and nothing else; and a request in somebody's name is one that he signed, with the
     * body that he signed.
     */
    static Outcome signature(byte[] input) throws IOException {
        Optional<Sent> request = request(input);
        if (request.isEmpty()) {
            return Outcome.REFUSED;
        }
        Sent sent = request.get();
        try {
            if (!(Signer.door().judge(sent)
                    instanceof Authentication.Verdict.Accepted(Caller caller, Payload payload))) {
                return Outcome.REFUSED;
            }
            Upstream upstream = payload.upstream("crc32");
            byte[] read = upstream.body().readAllBytes();
            upstream.finish();
            if (caller instanceof Caller.Known) {
                SignedFuzzTest.Case original = ORIGINALS.get(signature(sent));
                assertTrue(original != null, "a signature that nobody made");
                SignedFuzzTest.requireSame(original.sent(), sent, 0);
                if (!SignedFuzzTest.promisesNothing(original.sent())) {
                    assertArrayEquals(original.body(), read);
                }
            }
            return Outcome.ACCEPTED;
        } catch (Failure | Upstream.Invalid | EOFException refused) {
            return Outcome.REFUSED;
        }
    }

    /**
     * One of the operations, or a refusal. What a signature sees of the query says the same to
     * whoever answers it: a query read in two ways would be two requests.
     */
    static Outcome routes(byte[] input) {
        Optional<Sent> request = request(input);
        if (request.isEmpty()) {
            return Outcome.REFUSED;
        }
        Sent sent = request.get();
        try {
            Asked.parse(
                    sent.method(),
                    sent.rawPath(),
                    sent.rawQuery(),
                    sent.headers(),
                    Installation.DOMAIN);
        } catch (Failure refused) {
            return Outcome.REFUSED;
        }
        String signed = FuzzTarget.again(() -> signed(sent.rawQuery()));
        assertEquals(signed, FuzzTarget.again(() -> signed(signed)), "canonical is canonical");
        assertEquals(pairs(sent.rawQuery()), FuzzTarget.again(() -> pairs(signed)));
        return Outcome.ACCEPTED;
    }

    private static String signed(String query) {
        Text text = new Text(64);
        CanonicalQuery.of(query).addTo(text);
        return new String(text.copy(), ISO_8859_1);
    }

    private static List<String> pairs(String query) {
        Query parsed = Query.parse(query);
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < parsed.size(); i++) {
            if (!parsed.name(i).equals("X-Amz-Signature")) {
                pairs.add(parsed.name(i) + "=" + parsed.value(i));
            }
        }
        pairs.sort(null);
        return pairs;
    }

    /**
     * Within the object; and what numbers without end would say. The first two bytes are a size.
     */
    static Outcome range(byte[] input) {
        if (input.length < 2) {
            return Outcome.REFUSED;
        }
        long size = (input[0] & 0xff) << 8 | input[1] & 0xff;
        String field = new String(input, 2, input.length - 2, ISO_8859_1);
        ByteSpan span = ByteSpan.parse(field, size);
        expected(field, size).ifPresent(expected -> assertEquals(expected, span));
        copied(field);
        return switch (span) {
            case ByteSpan.All() -> Outcome.REFUSED;
            case ByteSpan.None() -> Outcome.ACCEPTED;
            case ByteSpan.Part(long first, long last) -> {
                assertTrue(0 <= first && first <= last && last < size, span::toString);
                assertEquals(span, ByteSpan.parse("bytes=" + first + "-" + last, size));
                yield Outcome.ACCEPTED;
            }
        };
    }

    private static Optional<ByteSpan> expected(String field, long size) {
        Matcher both = BOTH.matcher(field);
        BigInteger end = BigInteger.valueOf(size - 1);
        if (both.matches()) {
            BigInteger first = new BigInteger(both.group(1));
            BigInteger last =
                    both.group(2).isEmpty() ? first.max(end) : new BigInteger(both.group(2));
            return Optional.of(
                    last.compareTo(first) < 0
                            ? new ByteSpan.All()
                            : first.compareTo(end) > 0
                                    ? new ByteSpan.None()
                                    : new ByteSpan.Part(
                                            first.longValueExact(),
                                            last.min(end).longValueExact()));
        }
        Matcher suffix = SUFFIX.matcher(field);
        if (suffix.matches()) {
            BigInteger length = new BigInteger(suffix.group(1)).min(BigInteger.valueOf(size));
            return Optional.of(
                    length.signum() == 0
                            ? new ByteSpan.None()
                            : new ByteSpan.Part(size - length.longValueExact(), size - 1));
        }
        return Optional.empty();
    }

    private static void copied(String field) {
        ByteRange is;
        try {
            is = Copies.range(field).orElse(null);
        } catch (Failure refused) {
            return; // says what the form is
        }
        if (is != null) {
            assertTrue(0 <= is.first() && is.first() <= is.last(), is::toString);
            String written = "bytes=" + is.first() + "-" + is.last();
            assertEquals(Optional.of(is), FuzzTarget.again(() -> Copies.range(written)));
        }
    }

    /** A source that can be written again and read as the same. */
    static Outcome copySource(byte[] input) {
        String field = new String(input, ISO_8859_1);
        CopySource source;
        try {
            source = CopySource.parse(field);
        } catch (Failure refused) {
            return Outcome.REFUSED;
        }
        String name = source.target().bucket() + "/" + source.target().name();
        String written =
                "/"
                        + Percent.encode(name)
                        + source.version().map(id -> "?versionId=" + id).orElse("");
        assertEquals(source, FuzzTarget.again(() -> CopySource.parse(written)));
        // what a condition of a policy compares names the object that is read
        assertTrue(CopySource.path(field).startsWith(name));
        return Outcome.ACCEPTED;
    }
}
