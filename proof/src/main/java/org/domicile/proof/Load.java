package org.domicile.proof;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/** All writers against one installation, over all its crashes. */
final class Load {
    private static final int WRITERS = 6;
    private static final int PAGES = 1_000;
    private static final Pattern KEY = Pattern.compile("<Key>([^<]+)</Key>");
    private static final Pattern TOKEN =
            Pattern.compile("<NextContinuationToken>([^<]+)</NextContinuationToken>");
    private static final byte[] NOTHING = {};

    private final Journal journal = new Journal();
    private final Races races = new Races();
    private final List<Writer> writers = new ArrayList<>();
    private final CatalogWriter catalogWriter = new CatalogWriter(journal);
    private final Set<String> finishedRaces = new HashSet<>();
    // owned by the thread that drives the rounds; a server may die before it has answered this
    private boolean bucketMade;

    Load(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i, random.split(), journal, races));
        }
    }

    Journal journal() {
        return journal;
    }

    /** Makes the bucket and the table, unless they are there. */
    void prepare(S3Client client, S3Client catalog) throws IOException, InterruptedException {
        catalogWriter.prepare(catalog);
        S3Client.Answer answer = client.send("PUT", Writer.BUCKET, Map.of(), Map.of(), NOTHING);
        if (answer.status() != 200 && answer.status() != 409) {
            journal.violated("the bucket cannot be made: " + answer.text());
            return;
        }
        bucketMade = true;
    }

    /** A load that goes on. */
    final class Running implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();

        private Running(S3Client client, S3Client catalog) {
            for (Writer writer : writers) {
                begin(() -> writer.work(client, stop::get));
            }
            begin(() -> catalogWriter.work(catalog, stop::get));
        }

        private void begin(Working work) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    work.go();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                } catch (RuntimeException | Error e) {
                                    journal.violated("a writer failed: " + e);
                                }
                            }));
        }

        /** Waits for the writers; they end by themselves once the server is gone. */
        @Override
        public void close() throws InterruptedException {
            stop.set(true);
            for (Thread thread : threads) {
                if (!thread.join(java.time.Duration.ofSeconds(60))) {
                    journal.violated("a writer still waits for an answer after 60 s");
                    thread.interrupt();
                }
            }
        }
    }

    private interface Working {
        void go() throws InterruptedException;
    }

    Running start(S3Client client, S3Client catalog) {
        return new Running(client, catalog);
    }

    /** Reads everything back and holds it against what every writer knows. */
    void verify(S3Client client, S3Client catalog) throws InterruptedException {
        unlessItFails(() -> catalogWriter.verify(catalog));
        races.turnPage();
        List<Thread> threads = new ArrayList<>();
        for (Writer writer : writers) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> unlessItFails(() -> verify(client, writer.known()))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        unlessItFails(() -> {
            for (String name : races.names()) {
                Optional<byte[]> found = read(client, Writer.BUCKET + "/" + name);
                races.found(name, found).ifPresent(journal::violated);
                found.ifPresent(bytes -> finishedRaces.add(Writer.BUCKET + "/" + name));
            }
            compareList(client);
        });
    }

    private interface Reading {
        void run() throws IOException, InterruptedException;
    }

    private void unlessItFails(Reading reading) {
        try {
            reading.run();
        } catch (IOException | RuntimeException e) {
            journal.violated("could not be read back: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void verify(S3Client client, Known known) throws IOException, InterruptedException {
        for (String name : known.names()) {
            Optional<byte[]> found =
                    name.indexOf('/') < 0 ? head(client, name) : read(client, name);
            known.found(name, found).ifPresent(journal::violated);
        }
    }

    private Optional<byte[]> read(S3Client client, String name)
            throws IOException, InterruptedException {
        return answered(client.send("GET", name, Map.of(), Map.of(), NOTHING), name);
    }

    private Optional<byte[]> head(S3Client client, String name)
            throws IOException, InterruptedException {
        return answered(client.send("HEAD", name, Map.of(), Map.of(), NOTHING), name);
    }

    private Optional<byte[]> answered(S3Client.Answer answer, String name) throws IOException {
        if (answer.status() != 200 && answer.status() != 404) {
            throw new IOException(
                    "%s answered %d: %s".formatted(name, answer.status(), answer.text()));
        }
        journal.answered(answer);
        return Writer.body(answer);
    }

    /** The bucket lists exactly what is there. */
    private void compareList(S3Client client) throws IOException, InterruptedException {
        Set<String> listed = new HashSet<>();
        Map<String, String> query = Map.of("list-type", "2");
        for (int page = 0; page < PAGES; page++) {
            S3Client.Answer answer = client.send("GET", Writer.BUCKET, query, Map.of(), NOTHING);
            if (answer.status() == 404 && !bucketMade) {
                return;
            }
            if (answer.status() != 200) {
                throw new IOException("list answered " + answer.status() + ": " + answer.text());
            }
            journal.answered(answer);
            KEY.matcher(answer.text())
                    .results()
                    .forEach(found -> listed.add(Writer.BUCKET + "/" + found.group(1)));
            var token = TOKEN.matcher(answer.text());
            if (!token.find()) {
                break;
            }
            query = Map.of("list-type", "2", "continuation-token", token.group(1));
        }
        Set<String> expected = new HashSet<>(finishedRaces);
        for (Writer writer : writers) {
            for (String name : writer.known().names()) {
                boolean there =
                        writer.known().certain(name).orElse(Known.ABSENT)
                                instanceof Known.State.Present;
                if (there && name.indexOf('/') >= 0) {
                    expected.add(name);
                }
            }
        }
        if (!listed.equals(expected)) {
            Set<String> missing = new HashSet<>(expected);
            missing.removeAll(listed);
            listed.removeAll(expected);
            journal.violated("the list lacks " + missing + " and has besides " + listed);
        }
    }
}
