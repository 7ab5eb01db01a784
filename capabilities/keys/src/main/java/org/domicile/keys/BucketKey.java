package org.domicile.keys;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.crypto.Mac;

/**
 * What is derived from one bucket's key, for as long as the bucket lives. It is the sealer; the
 * opener is a second face of it, so that who holds one has no way to the other.
 */
final class BucketKey implements Sealer {
    private static final int TOKEN = 16;

    private final Gcm gcm;
    private final Gcm valueGcm;
    private final SecureRandom random;
    private final Secret bodies;
    private final Secret values;
    private final Secret states;
    private final Secret tokens;
    private final Opener opener = new Opening();

    /**
     * Takes {@code key} over and wipes it.
     *
     * @param gcm for bodies, each under a key of its own
     * @param valueGcm for values, all under one
     */
    BucketKey(Gcm gcm, Gcm valueGcm, SecureRandom random, byte[] key) {
        this.gcm = gcm;
        this.valueGcm = valueGcm;
        this.random = random;
        Secret bucket = new Secret(key);
        this.bodies = bucket.derive("domicile/bucket-bodies/1");
        this.values = bucket.derive("domicile/bucket-values/1");
        this.states = bucket.derive("domicile/bucket-states/1");
        this.tokens = bucket.derive("domicile/bucket-tokens/1");
        bucket.die(() -> new IllegalStateException("only what is derived is kept"));
    }

    Opener opener() {
        return opener;
    }

    void die(Supplier<? extends RuntimeException> why) {
        bodies.die(why);
        values.die(why);
        states.die(why);
        tokens.die(why);
    }

    @Override
    public byte[] seal(byte[] context, byte[] plain) {
        return SealedValue.seal(valueGcm, random, values.copy(), context, plain);
    }

    @Override
    public BodySealer body(byte[] context) {
        byte[] key = bodies.copy();
        byte[] bytes = new byte[SealedBody.RANDOM];
        random.nextBytes(bytes);
        byte[] header = SealedBody.header(bytes);
        byte[] objectKey = SealedBody.objectKey(key, header);
        Secret.wipe(key);
        return new SealingBody(gcm, objectKey, header, context);
    }

    @Override
    public byte[] token(byte[] context, byte[] value) {
        byte[] key = tokens.copy();
        Mac mac = Hkdf.mac(key);
        Secret.wipe(key);
        mac.update(ByteBuffer.allocate(4).putInt(context.length).flip());
        mac.update(context);
        mac.update(value);
        return Arrays.copyOf(mac.doFinal(), TOKEN);
    }

    @Override
    public byte[] sealState(byte[] context, byte[] plain) {
        return SealedValue.seal(gcm, random, states.copy(), context, plain);
    }

    @Override
    public byte[] openState(byte[] context, byte[] sealed) {
        return SealedValue.open(
                gcm, states.copy(), context, sealed, "the state of an unfinished write");
    }

    private final class Opening implements Opener {
        @Override
        public byte[] open(byte[] context, byte[] sealed) {
            return SealedValue.open(valueGcm, values.copy(), context, sealed, "a sealed value");
        }

        @Override
        public Values values() {
            return new OpeningValues(valueGcm, values.copy(), "a sealed value");
        }

        @Override
        public InputStream body(byte[] context, Sealed source, long offset, long length) {
            return OpeningBody.open(gcm, bodies.copy(), context, source, offset, length);
        }
    }
}
