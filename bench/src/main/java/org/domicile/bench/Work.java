package org.domicile.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of a load do next. Safe for concurrent use: the client's threads share it.
 */
sealed interface Work {
    /** The next request. */
    Step next();

    /** The answer to a step was right. */
    void done(Step step);

    /** Methods of a step. */
    enum Method {
        PUT,
        GET,
        HEAD,
        DELETE
    }

    /**
     * One request.
     *
     * @param path as it goes on the wire, with the query
     * @param object number of the object, which its content shows
     * @param size bytes of the body: sent by a PUT, expected by a GET
     */
    record Step(Method method, String path, long object, long size) {}

    /** Objects by number, so that many of them need no list of names. */
    final class Objects {
        private final String prefix;
        private final String query;
        private final long size;
        private final AtomicLong started = new AtomicLong();
        private final AtomicLong stored = new AtomicLong();
        private long[] numbers = new long[1 << 10];

        /**
         * @param prefix path of all of them, for example {@code /bench/small/}
         * @param query added to each path, with its question mark; may be empty
         */
        Objects(String prefix, String query, long size) {
            this.prefix = prefix;
            this.query = query;
            this.size = size;
        }

        /** The same objects asked for with another query. */
        String path(long number, String asked) {
            String digits = Long.toString(number);
            return prefix + "0".repeat(9 - digits.length()) + digits + asked;
        }

        long size() {
            return size;
        }

        long stored() {
            return stored.get();
        }

        private synchronized void store(long number) {
            int at = (int) stored.get();
            if (at == numbers.length) {
                numbers = java.util.Arrays.copyOf(numbers, 2 * at);
            }
            numbers[at] = number;
            stored.incrementAndGet();
        }

        private synchronized long any() {
            return numbers[ThreadLocalRandom.current().nextInt((int) stored.get())];
        }

        /** One that nobody else takes; it no longer counts as stored. */
        private synchronized long take() {
            return numbers[(int) stored.decrementAndGet()];
        }

        /** Names of up to so many, behind the bucket's; they no longer count as stored. */
        List<String> take(int most) {
            List<String> names = new ArrayList<>();
            int bucket = prefix.indexOf('/', 1) + 1;
            while (names.size() < most && stored() > 0) {
                names.add(path(take(), "").substring(bucket));
            }
            return names;
        }
    }

    /** Puts objects that were not there before. */
    record Puts(Objects objects, String query) implements Work {
        Puts(Objects objects) {
            this(objects, objects.query);
        }

        @Override
        public Step next() {
            long number = objects.started.getAndIncrement();
            return new Step(Method.PUT, objects.path(number, query), number, objects.size);
        }

        @Override
        public void done(Step step) {
            objects.store(step.object());
        }
    }

    /** Gets any of the objects that were put. */
    record Gets(Objects objects, String query) implements Work {
        Gets(Objects objects) {
            this(objects, objects.query);
        }

        @Override
        public Step next() {
            long number = objects.any();
            return new Step(Method.GET, objects.path(number, query), number, objects.size);
        }

        @Override
        public void done(Step step) {
            // nothing changed
        }
    }

    /** Asks only for what an object is. */
    record Heads(Objects objects) implements Work {
        @Override
        public Step next() {
            long number = objects.any();
            return new Step(Method.HEAD, objects.path(number, objects.query), number, objects.size);
        }

        @Override
        public void done(Step step) {
            // nothing changed
        }
    }

    /** Deletes objects that were put, each once; for at most as many requests as are stored. */
    record Deletes(Objects objects) implements Work {
        @Override
        public Step next() {
            long number = objects.take();
            return new Step(Method.DELETE, objects.path(number, objects.query), number, 0);
        }

        @Override
        public void done(Step step) {
            // it was taken already
        }
    }

    /** 45 GET, 30 HEAD, 15 PUT and 10 DELETE of a hundred; a deleted object was put for it. */
    record Mixed(Objects objects, Objects doomed) implements Work {
        @Override
        public Step next() {
            int dice = ThreadLocalRandom.current().nextInt(100);
            if (dice < 45) {
                return new Gets(objects).next();
            }
            if (dice < 75) {
                return new Heads(objects).next();
            }
            if (dice < 90) {
                return new Puts(objects).next();
            }
            // Deleting what is absent is answered the same; so no two threads have to agree.
            long number = doomed.started.getAndIncrement();
            return new Step(Method.DELETE, doomed.path(number, doomed.query), number, 0);
        }

        @Override
        public void done(Step step) {
            if (step.method() == Method.PUT) {
                objects.store(step.object());
            }
        }
    }
}
