package org.domicile.keys;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Random;

/** What the tests of this package stand on: a seed, a mark in memory, sealed bytes in an array. */
final class Memory {
    private Memory() {}

    /** The run's seed, printed so that a failure can be played again. */
    static long seed(String test) {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println(test + ": -Ddomicile.seed=" + seed);
        return seed;
    }

    /** A source of "entropy" that gives the same bytes for the same seed. */
    static SecureRandom predictable(long seed) {
        Random random = new Random(seed);
        return new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                random.nextBytes(bytes);
            }
        };
    }

    /** A folder's mark. */
    static class Mark implements FolderMark {
        private final String installation;
        private volatile long generation;

        Mark(String installation, long generation) {
            this.installation = installation;
            this.generation = generation;
        }

        @Override
        public String installation() {
            return installation;
        }

        @Override
        public long generation() {
            return generation;
        }

        @Override
        public void raise(long generation) {
            this.generation = generation;
        }
    }

    /** Sealed bytes, and how many of them were read. */
    static final class SealedArray implements Opener.Sealed {
        private final byte[] bytes;
        long read;

        SealedArray(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (position >= bytes.length) {
                return -1;
            }
            int count = (int) Math.min(target.remaining(), bytes.length - position);
            target.put(bytes, (int) position, count);
            read += count;
            return count;
        }
    }

    /** Seals a body in pieces of {@code piece} bytes, each step within the room it may ask for. */
    static byte[] seal(Sealer sealer, byte[] context, byte[] plain, int piece) {
        Sealer.BodySealer body = sealer.body(context);
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        ByteBuffer step = ByteBuffer.allocate(Sealer.room(piece));
        int at = 0;
        while (plain.length - at > piece) {
            body.update(ByteBuffer.wrap(plain, at, piece), step);
            sealed.write(step.array(), 0, step.position());
            step.clear();
            at += piece;
        }
        body.update(ByteBuffer.wrap(plain, at, plain.length - at), step);
        body.finish(step);
        sealed.write(step.array(), 0, step.position());
        return sealed.toByteArray();
    }
}
