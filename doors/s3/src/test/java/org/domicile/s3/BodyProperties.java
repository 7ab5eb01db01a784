package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.guard.Upstream;
import org.domicile.http.Headers;
import org.domicile.s3.FuzzTarget.Outcome;

/** What must hold of a body. */
final class BodyProperties {
    private static final String CHECKSUM = "x-amz-checksum-crc32";
    private static final String SEED = "0".repeat(64);

    private BodyProperties() {}

    // ---- aws-chunked --------------------------------------------------------------------------

    /**
     * The same bytes, or the same refusal, however the body arrives and is read; and what was
     * decoded can be framed and decoded again. The first byte says whether chunks are signed (1)
     * and trailers announced (2); the next two how long the body is to be.
     */
    static Outcome chunks(byte[] input) throws IOException {
        if (input.length < 3) {
            return Outcome.REFUSED;
        }
        int length = (input[1] & 0xff) << 8 | input[2] & 0xff;
        byte[] framed = Arrays.copyOfRange(input, 3, input.length);
        String whole = decoded(input[0], framed, length, 1 << 16, 1 << 16);
        assertEquals(whole, decoded(input[0], framed, length, 1, 1));
        assertEquals(whole, decoded(input[0], framed, length, 1 << 16, 7));
        assertEquals(whole, decoded(input[0], framed, length, 13, 1 << 16));
        if (whole.startsWith("refused ")) {
            return Outcome.REFUSED;
        }
        byte[] body = Signer.latin(whole.substring("body ".length()));
        assertEquals(length, body.length);
        byte[] again = Signer.unsignedChunks(body, 8 << 10, "");
        assertEquals(whole, decoded((byte) 0, again, length, 1 << 16, 1 << 16));
        return Outcome.ACCEPTED;
    }

    private static String decoded(byte how, byte[] framed, int length, int arrives, int read)
            throws IOException {
        boolean signed = (how & 1) != 0;
        Headers headers = new Headers();
        if ((how & 2) != 0) {
            headers.add("x-amz-trailer", CHECKSUM);
        }
        Framing.Trailing trailing =
                signed && (how & 2) == 0 ? Framing.Trailing.NONE : Framing.Trailing.TRAILERS;
        ChunkedBody body =
                new ChunkedBody(
                        arriving(framed, arrives),
                        signed ? signer() : null,
                        trailing,
                        Promises.of(Fields.of(headers), Promises.About.BODY, trailing),
                        length,
                        framed.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[read];
        try {
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (Upstream.Invalid refused) {
            return "refused " + refused.code();
        }
        return "body " + out.toString(ISO_8859_1);
    }

    private static ChunkSigner signer() {
        Claim claim =
                new Claim(
                        Claim.Place.HEADER,
                        Scope.parse(
                                Signer.KEY + "/" + Signer.scope("home"), ErrorCode.ACCESS_DENIED),
                        "host",
                        SEED,
                        Signer.STAMP,
                        Signer.NOW,
                        Duration.ZERO);
        return new ChunkSigner(new SigningKey(Signer.key(Signer.DAY, "home", "s3")), claim);
    }

    /** As {@link #signer} takes them. */
    static byte[] signedChunks(byte[] body, int size, String trailer) {
        return Signer.chunks(body, size, SEED, "home", trailer);
    }

    /** A body that comes in pieces. */
    private static InputStream arriving(byte[] bytes, int step) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, step));
            }
        };
    }

    // ---- forms --------------------------------------------------------------------------------

    /** The same fields and the same file, however the body arrives. Its boundary is {@code b}. */
    static Outcome form(byte[] input) throws IOException {
        String whole = formed(input, 1 << 16);
        assertEquals(whole, formed(input, 1));
        assertEquals(whole, formed(input, 5));
        return whole.startsWith("refused ") ? Outcome.REFUSED : Outcome.ACCEPTED;
    }

    private static String formed(byte[] input, int step) throws IOException {
        try {
            FormData form = FormData.open("multipart/form-data; boundary=b", arriving(input, step));
            byte[] file = form.file().readAllBytes();
            return form.fields() + " " + form.fileName() + " " + new String(file, ISO_8859_1);
        } catch (Failure refused) {
            return "refused " + refused.code();
        } catch (EOFException cut) {
            return "refused for its end";
        }
    }

    /** A policy that can be written again and judges the same. */
    static Outcome postPolicy(byte[] input) throws IOException {
        PostPolicy policy;
        try {
            policy = PostPolicy.parse(input);
        } catch (Failure refused) {
            return Outcome.REFUSED;
        }
        byte[] written = written(policy);
        PostPolicy again = FuzzTarget.again(() -> PostPolicy.parse(written));
        assertEquals(policy, again);
        for (Map<String, String> fields :
                List.of(
                        Map.<String, String>of(),
                        Map.of("bucket", "b", "key", "k"),
                        Map.of("key", "k", "content-type", "text/plain,text/csv"))) {
            assertEquals(judged(policy, fields), judged(again, fields));
        }
        return Outcome.ACCEPTED;
    }

    private static String judged(PostPolicy policy, Map<String, String> fields) {
        try {
            policy.judge(fields, Set.of(), Signer.NOW);
            return "";
        } catch (Failure refused) {
            return refused.sentence();
        }
    }

    private static byte[] written(PostPolicy policy) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("expiration", policy.expiration().toString());
            json.writeArrayFieldStart("conditions");
            for (PostPolicy.Condition each : policy.conditions()) {
                String word =
                        switch (each.comparison()) {
                            case EQUAL -> "eq";
                            case STARTS_WITH -> "starts-with";
                        };
                write(json, List.of(word, "$" + each.field(), each.value()));
            }
            if (!policy.range().equals(PostPolicy.Range.ANY)) {
                write(
                        json,
                        List.of(
                                "content-length-range",
                                "" + policy.range().least(),
                                "" + policy.range().most()));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator json, List<String> words) throws IOException {
        json.writeStartArray();
        for (String each : new ArrayList<>(words)) {
            json.writeString(each);
        }
        json.writeEndArray();
    }
}
