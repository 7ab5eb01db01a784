package org.domicile.keys;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Seals one body as it streams by. A chunk is sealed only once it is known whether another follows,
 * because the last one's nonce says so: so up to one chunk is held back, and a chunk that is seen
 * whole with more behind it is sealed from where it lies.
 */
final class SealingBody implements Sealer.BodySealer {
    private static final int OPEN = -1;

    private final Gcm gcm;
    private final byte[] key;
    private final byte[] header;
    private final byte[] context;
    private final byte[] nonce = new byte[Gcm.NONCE];
    private byte[] held = Gcm.nothing();
    private int holding;
    private long chunk;
    private boolean headed;
    private boolean finished;

    /** Takes {@code key}, the object's own, over. */
    SealingBody(Gcm gcm, byte[] key, byte[] header, byte[] context) {
        this.gcm = gcm;
        this.key = key;
        this.header = header;
        this.context = context.clone();
    }

    @Override
    public void update(ByteBuffer plain, ByteBuffer target) {
        begin(target);
        while (plain.hasRemaining()) {
            if (holding == SealedBody.CHUNK) {
                seal(ByteBuffer.wrap(held), target, OPEN);
                holding = 0;
            } else if (holding == 0 && plain.remaining() > SealedBody.CHUNK) {
                ByteBuffer whole = plain.slice(plain.position(), SealedBody.CHUNK);
                plain.position(plain.position() + SealedBody.CHUNK);
                seal(whole, target, OPEN);
            } else {
                hold(plain);
            }
        }
    }

    @Override
    public void finish(ByteBuffer target) {
        begin(target);
        finished = true;
        seal(ByteBuffer.wrap(held, 0, holding), target, chunk);
        Secret.wipe(key);
    }

    private void begin(ByteBuffer target) {
        if (finished) {
            throw new IllegalStateException("the body is finished");
        }
        if (!headed) {
            target.put(header);
            headed = true;
        }
    }

    /** Small bodies come in one piece, so the first piece gets just its room. */
    private void hold(ByteBuffer plain) {
        int take = Math.min(SealedBody.CHUNK - holding, plain.remaining());
        if (held.length < holding + take) {
            held = Arrays.copyOf(held, holding == 0 ? take : SealedBody.CHUNK);
        }
        plain.get(held, holding, take);
        holding += take;
    }

    private void seal(ByteBuffer plain, ByteBuffer target, long last) {
        SealedBody.nonce(nonce, chunk, last);
        gcm.seal(key, nonce, header, context, plain, target);
        chunk++;
    }
}
