package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.domicile.guard.Upstream;
import org.domicile.request.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mutations of valid requests. Whatever arrives, the answer is a verdict, a Failure, an Invalid or
 * an end of file; and what is accepted in the name of the credential says what was signed.
 */
@Timeout(60)
class SignedFuzzTest {
    private static final long SEED =
            Long.getLong("domicile.seed", new Random().nextLong(1_000_000_000));
    private static final int ROUNDS = 20_000;

    private final Random random = new Random(SEED);

    record Case(Sent sent, byte[] body) {}

    @Test
    void nothingSignedCanBeChanged() throws IOException {
        System.out.println("domicile.seed=" + SEED);
        byte[] body = new byte[40];
        random.nextBytes(body);
        List<Case> valid = valid(body);
        int accepted = 0;
        int refused = 0;
        int broken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Case one = valid.get(random.nextInt(valid.size()));
            Sent mutant = mutant(one.sent());
            try {
                switch (Signer.door().judge(mutant)) {
                    case Authentication.Verdict.Rejected rejected -> refused++;
                    case Authentication.Verdict.Accepted(Caller caller, Payload payload) -> {
                        if (caller instanceof Caller.Known) {
                            requireSame(one.sent(), mutant, round);
                        }
                        Upstream upstream = payload.upstream("crc32");
                        byte[] read = upstream.body().readAllBytes();
                        upstream.finish();
                        if (caller instanceof Caller.Known && !promisesNothing(one.sent())) {
                            assertTrue(Arrays.equals(read, one.body()), () -> at(mutant));
                        }
                        accepted++;
                    }
                }
            } catch (Failure | Upstream.Invalid | EOFException expected) {
                broken++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + " round " + round + at(mutant), e);
            }
        }
        // A loop that only ever saw one of them would prove little.
        assertTrue(accepted > 100 && refused > 1000 && broken > 1000, accepted + " " + refused);
    }

    private static String at(Sent sent) {
        StringBuilder text = new StringBuilder(" seed " + SEED + "\n" + sent.method());
        text.append(' ').append(sent.rawPath()).append('?').append(sent.rawQuery()).append('\n');
        sent.fields().forEach(f -> text.append(f[0]).append(": ").append(f[1]).append('\n'));
        return text.toString();
    }

    /** A body whose hash nobody signed may be any. */
    static boolean promisesNothing(Sent sent) {
        return sent.field("x-amz-content-sha256").isEmpty()
                || sent.field("x-amz-content-sha256").equals("UNSIGNED-PAYLOAD");
    }

    /** Method, path, query without the signature, and every header that was signed. */
    static void requireSame(Sent original, Sent mutant, int round) {
        boolean same =
                original.method().equals(mutant.method())
                        && path(original).equals(path(mutant))
                        && query(original).equals(query(mutant));
        for (String[] field : original.fields()) {
            String name = field[0].toLowerCase(java.util.Locale.ROOT);
            if (!name.equals("authorization") && !name.equals("x-unsigned")) {
                same &= all(original, name).equals(all(mutant, name));
            }
        }
        for (String[] field : mutant.fields()) {
            String name = field[0].toLowerCase(java.util.Locale.ROOT);
            same &= !name.startsWith("x-amz-") || !original.field(name).isEmpty();
        }
        assertTrue(same, () -> "accepted though changed, round " + round + at(mutant));
    }

    private static String path(Sent sent) {
        return PercentCoding.canonical(sent.rawPath(), PercentCoding.Place.PATH);
    }

    private static String query(Sent sent) {
        Text text = new Text(64);
        CanonicalQuery.of(sent.rawQuery()).addTo(text);
        return new String(text.copy(), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static String all(Sent sent, String name) {
        List<String> values = new ArrayList<>();
        for (String[] field : sent.fields()) {
            if (field[0].equalsIgnoreCase(name)) {
                values.add(field[1].strip().replaceAll("[ \t]+", " "));
            }
        }
        return String.join(",", values);
    }

    static List<Case> valid(byte[] body) {
        String crc = PayloadTest.base64(BodyChecksum.CRC32, body);
        Sent put =
                Sent.of("PUT", "/b/a%20k%2B", "partNumber=1&uploadId=x%2Fy", body)
                        .with("Content-Length", "" + body.length)
                        .with("x-amz-meta-a", "one two, three");
        return List.of(
                new Case(
                        Signer.sign(put, "home", Signer.sha256(body)).with("X-Unsigned", "u"),
                        body),
                new Case(Signer.sign(put, "home", "UNSIGNED-PAYLOAD"), body),
                new Case(Signer.presign(put, "home", 600), body),
                new Case(PayloadTest.signedTrailer(body, 40, "x-amz-checksum-crc32", crc), body),
                new Case(PayloadTest.unsignedTrailer(body, 40, "x-amz-checksum-crc32", crc), body));
    }

    private Sent mutant(Sent sent) {
        Sent mutant = sent;
        for (int count = 1 + random.nextInt(2); count > 0; count--) {
            mutant = mutatedOnce(mutant);
        }
        return mutant;
    }

    private Sent mutatedOnce(Sent sent) {
        return switch (random.nextInt(8)) {
            case 0 -> sent.query(mutated(sent.rawQuery()));
            case 1 -> sent.path("/" + mutated(sent.rawPath().substring(1)));
            case 2 -> {
                String name = sent.fields().get(random.nextInt(sent.fields().size()))[0];
                yield sent.without(name);
            }
            case 3, 4 -> {
                List<String[]> fields = new ArrayList<>(sent.fields());
                int at = random.nextInt(fields.size());
                String[] field = fields.get(at);
                fields.set(at, new String[] {field[0], mutated(field[1]).strip()});
                yield new Sent(
                        sent.method(),
                        sent.rawPath(),
                        sent.rawQuery(),
                        fields,
                        sent.contentLength(),
                        sent.bytes());
            }
            case 5 -> {
                String[] field = sent.fields().get(random.nextInt(sent.fields().size()));
                yield random.nextBoolean()
                        ? sent.with(field[0], field[1])
                        : sent.with("x-amz-acl", "public-read");
            }
            default ->
                    sent.body(
                            Signer.latin(
                                    mutated(
                                            new String(
                                                    sent.bytes(),
                                                    java.nio.charset.StandardCharsets
                                                            .ISO_8859_1))));
        };
    }

    private String mutated(String text) {
        StringBuilder out = new StringBuilder(text);
        int at = random.nextInt(text.length() + 1);
        String pieces = "%=&+;:/,0fF-\t {}\u00e9~%2F";
        char c = pieces.charAt(random.nextInt(pieces.length()));
        switch (random.nextInt(4)) {
            case 0 -> out.insert(at, c);
            case 1 -> {
                if (at < out.length()) {
                    out.setCharAt(at, c);
                }
            }
            case 2 -> {
                if (at < out.length()) {
                    out.deleteCharAt(at);
                }
            }
            default -> {
                int end = Math.min(text.length(), at + random.nextInt(12));
                out.insert(random.nextInt(out.length() + 1), text.substring(at, end));
            }
        }
        return out.toString();
    }
}
