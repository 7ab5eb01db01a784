package org.domicile.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Writes requests; what the connections of one thread share. Owned by that thread. */
final class Wire {
    /** Room for a request's head. */
    static final int HEAD = 4 << 10;

    private static final int READING = 512 << 10;

    /** Everything that arrives, for whichever connection is being read. */
    final ByteBuffer reading = ByteBuffer.allocateDirect(READING);

    private final Load.Target target;
    private final Content content;
    private final @Nullable Signer signer;
    private final MessageDigest sha256;

    Wire(Load.Target target, Content content) {
        this.target = target;
        this.content = content;
        this.signer =
                target.signing()
                        .map(signing ->
                                new Signer(signing.credential(), signing.region(), target.host()))
                        .orElse(null);
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    Content content() {
        return content;
    }

    /**
     * Fills the buffer with the head and the first piece of the body; returns the piece's length.
     */
    int begin(Work.Step step, ByteBuffer target) {
        int question = step.path().indexOf('?');
        String path = question < 0 ? step.path() : step.path().substring(0, question);
        String query = question < 0 ? "" : step.path().substring(question + 1);
        long body = step.method() == Work.Method.PUT ? step.size() : 0;
        StringBuilder head = new StringBuilder(512);
        head.append(step.method()).append(' ').append(step.path()).append(" HTTP/1.1\r\n");
        Signer signing = signer;
        head.append(
                signing == null
                        ? "Host: " + this.target.host() + "\r\n"
                        : signing.headers(
                                step.method().name(), path, query, payload(step), Instant.now()));
        if (step.method() == Work.Method.PUT) {
            head.append("Content-Length: ").append(body).append("\r\n");
        }
        head.append("\r\n");
        target.clear();
        target.put(head.toString().getBytes(ISO_8859_1));
        int piece = (int) Math.min(body, Content.PIECE);
        content.put(target, step.object(), 0, piece);
        target.flip();
        return piece;
    }

    /** Fills the buffer with the piece of the body at an offset; returns its length. */
    int goOn(Work.Step step, long offset, ByteBuffer target) {
        int piece = (int) Math.min(step.size() - offset, Content.PIECE);
        target.clear();
        content.put(target, step.object(), offset, piece);
        target.flip();
        return piece;
    }

    private String payload(Work.Step step) {
        if (step.method() != Work.Method.PUT) {
            return Signer.EMPTY;
        }
        return switch (target.payload()) {
            case UNSIGNED -> Signer.UNSIGNED;
            case SHA256 -> hash(step);
        };
    }

    private String hash(Work.Step step) {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(step.size(), Content.PIECE));
        for (long at = 0; at < step.size(); at += Content.PIECE) {
            piece.clear();
            content.put(piece, step.object(), at, (int) Math.min(step.size() - at, Content.PIECE));
            sha256.update(piece.flip());
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
