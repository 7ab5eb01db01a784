package org.domicile.witness;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.domicile.verifier.Checkpoint;
import org.domicile.verifier.Note;
import org.domicile.verifier.Refused;
import org.domicile.verifier.TrustPolicy;

/**
 * One witness that is asked: its address, its keys, how it is. Several lines of a policy with one
 * address are one witness with several keys. Safe for concurrent use.
 */
final class Peer {
    /** The longest that one call may take. */
    private static final Duration CALL = Duration.ofSeconds(5);

    /** Cosignatures of both kinds, and room for keys that are not ours to know. */
    private static final int LONGEST_ANSWER = 64 << 10;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int CONFLICTS = 3;

    private final String url;
    private final List<TrustPolicy.Witness> keys;
    private final HttpClient http;
    private final InstantSource clock;
    private final Map<String, Long> sizes = new ConcurrentHashMap<>();
    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();

    // guarded by this
    private Instant cosigned = Instant.EPOCH;
    private Instant failingSince = Instant.MAX;
    private String error = "";
    private int failures;
    private long notBefore = System.nanoTime();

    Peer(String url, List<TrustPolicy.Witness> keys, HttpClient http, InstantSource clock) {
        this.url = url;
        this.keys = List.copyOf(keys);
        this.http = http;
        this.clock = clock;
    }

    /** What it gave: its names in the policy, and its lines. */
    record Cosigned(Set<String> names, String lines) {}

    /** It did not cosign, and why. */
    private static final class Unwilling extends Exception {
        private static final long serialVersionUID = 1L;

        Unwilling(String why) {
            super(why, null, false, false);
        }
    }

    /** As the policy calls it. */
    String name() {
        return String.join("/", keys.stream().map(TrustPolicy.Witness::name).toList());
    }

    synchronized boolean well() {
        return failures == 0;
    }

    /** How long it is still left alone after its last failure. */
    synchronized Duration pause() {
        return Duration.ofNanos(Math.max(0, notBefore - System.nanoTime()));
    }

    /** A call about a log at a time: who holds the permit makes it. */
    Semaphore turn(String origin) {
        return turns.computeIfAbsent(origin, _ -> new Semaphore(1));
    }

    synchronized Cosigners.Figures figures() {
        return new Cosigners.Figures(name(), url, cosigned, failingSince, error);
    }

    /** Size that it has cosigned of a log, as far as we know. */
    long size(String origin) {
        return sizes.getOrDefault(origin, 0L);
    }

    /** Asks once; what it knew already is learned on the way. Empty when it did not cosign. */
    Optional<Cosigned> ask(Candidate candidate) throws InterruptedException {
        try {
            Checkpoint checkpoint = Checkpoint.parse("checkpoint", candidate.checkpoint());
            Cosigned given = asked(candidate, checkpoint);
            sizes.put(candidate.origin(), checkpoint.size());
            succeeded();
            return Optional.of(given);
        } catch (Unwilling | IOException e) {
            failed(String.valueOf(e.getMessage() == null ? e.toString() : e.getMessage()));
            return Optional.empty();
        } catch (Refused e) {
            throw new IllegalStateException("our own checkpoint is none: " + e.getMessage(), e);
        }
    }

    private synchronized void succeeded() {
        cosigned = clock.instant();
        failingSince = Instant.MAX;
        error = "";
        failures = 0;
    }

    private synchronized void failed(String why) {
        failures++;
        error = why;
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, 16));
        notBefore =
                System.nanoTime()
                        + (pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE).toNanos();
        if (failingSince.equals(Instant.MAX)) {
            failingSince = clock.instant();
        }
    }

    private Cosigned asked(Candidate candidate, Checkpoint checkpoint)
            throws IOException, InterruptedException, Unwilling {
        for (int attempt = 0; attempt < CONFLICTS; attempt++) {
            long old = size(candidate.origin());
            List<byte[]> proof =
                    old == 0 || old == checkpoint.size()
                            ? List.of()
                            : candidate.consistency().from(old);
            Answer answer = call(new AddCheckpoint(old, proof, candidate.checkpoint()));
            switch (answer.status()) {
                case 200 -> {
                    return cosignatures(checkpoint, answer.body());
                }
                case 409 -> {
                    long known = known(answer.body());
                    if (known > checkpoint.size()) {
                        throw new Unwilling(
                                "it has cosigned %,d entries of %s, of which there are %,d here: this installation is an older copy, or two run"
                                        .formatted(known, candidate.origin(), checkpoint.size()));
                    }
                    sizes.put(candidate.origin(), known);
                }
                default ->
                        throw new Unwilling(
                                "it answered %d: %s"
                                        .formatted(answer.status(), sentence(answer.body())));
            }
        }
        throw new Unwilling("it does not say twice the same of what it has cosigned");
    }

    private record Answer(int status, byte[] body) {}

    private Answer call(AddCheckpoint body) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/add-checkpoint"))
                        .timeout(CALL)
                        .header("Content-Type", "text/plain; charset=utf-8")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.format()))
                        .build();
        HttpResponse<InputStream> response =
                http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            byte[] read = in.readNBytes(LONGEST_ANSWER + 1);
            if (read.length > LONGEST_ANSWER) {
                throw new IOException("its answer is longer than 64 KiB");
            }
            return new Answer(response.statusCode(), read);
        }
    }

    private static long known(byte[] body) throws Unwilling {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        long known =
                text.endsWith("\n") ? Checkpoint.number(text.substring(0, text.length() - 1)) : -1;
        if (known < 0) {
            throw new Unwilling("it answered 409 without the size that it knows");
        }
        return known;
    }

    /** Only lines of keys that the policy names, and only valid ones. */
    private Cosigned cosignatures(Checkpoint checkpoint, byte[] body) throws Unwilling {
        Set<String> names = new LinkedHashSet<>();
        List<String> lines = new ArrayList<>();
        try {
            for (Note.SignatureLine line : Note.lines("answer", body)) {
                for (TrustPolicy.Witness key : keys) {
                    if (checkpoint.isCosignature(key.key(), line) && names.add(key.name())) {
                        lines.add(line.format());
                    }
                }
            }
        } catch (Refused e) {
            throw new Unwilling("its answer " + e.verdict().what());
        }
        if (names.isEmpty()) {
            throw new Unwilling("its answer holds no valid cosignature of its keys");
        }
        return new Cosigned(names, String.join("", lines));
    }

    private static String sentence(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 200 ? plain : plain.substring(0, 200) + "…";
    }
}
