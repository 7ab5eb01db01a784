package org.domicile.launcher;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.health.Metric;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Witnesses;
import org.domicile.witness.Cosigners;

/**
 * The witnesses that the configuration names, as the ledger and the instruments see them. Without
 * any, nothing is ever connected to.
 *
 * @param cosigners empty when nobody is asked
 * @param all whether use logs are cosigned too
 */
record AskedWitnesses(List<Cosigners> cosigners, boolean all) implements Witnesses, AutoCloseable {
    /** Whoever fails for so long is told of. */
    private static final Duration LAGGING = Duration.ofMinutes(1);

    static AskedWitnesses of(Settings.Witnessing settings, InstantSource clock) {
        Optional<java.nio.file.Path> policy = settings.policy();
        if (policy.isEmpty()) {
            return new AskedWitnesses(List.of(), false);
        }
        HttpClient.Builder client = HttpClient.newBuilder();
        settings.authorities().ifPresent(file -> client.sslContext(Authorities.trusted(file)));
        try {
            return new AskedWitnesses(
                    List.of(
                            Cosigners.open(
                                    Trust.policy(policy.get()), settings.demand(), clock, client)),
                    settings.all());
        } catch (IllegalArgumentException e) {
            throw new Problem("ledger.witnesses: " + policy.get() + ": " + e.getMessage());
        }
    }

    @Override
    public boolean cosign(String log) {
        return !cosigners.isEmpty() && (all || log.equals(Ledger.PUBLIC));
    }

    @Override
    public Asking ask(Witnesses.Candidate candidate, Runnable moved) {
        Cosigners.Asking asking =
                cosigners
                        .getFirst()
                        .ask(
                                new org.domicile.witness.Candidate(
                                        candidate.origin(),
                                        candidate.checkpoint().getBytes(StandardCharsets.UTF_8),
                                        consistency(candidate)),
                                moved);
        return new Asking() {
            @Override
            public Optional<String> lines() {
                return asking.lines();
            }

            @Override
            public void close() {
                asking.close();
            }
        };
    }

    private static org.domicile.witness.Candidate.Consistency consistency(
            Witnesses.Candidate candidate) {
        return older -> {
            if (older > candidate.size()) {
                throw new IOException("nothing leads from a larger tree to a smaller one");
            }
            return candidate.consistency().from(older);
        };
    }

    private List<Cosigners.Figures> figures() {
        return cosigners.stream().flatMap(each -> each.figures().stream()).toList();
    }

    /** For {@code status}. */
    void tell(Map<String, Long> figures, List<String> warnings, Instant now) {
        List<Cosigners.Figures> witnesses = figures();
        if (witnesses.isEmpty()) {
            return;
        }
        List<Cosigners.Figures> failing =
                witnesses.stream().filter(each -> each.failingSince().isBefore(now)).toList();
        figures.put("witnesses", (long) witnesses.size());
        figures.put("witnesses.failing", (long) failing.size());
        for (Cosigners.Figures each : failing) {
            if (each.failingSince().plus(LAGGING).isBefore(now)) {
                warnings.add(
                        "the witness %s (%s) has not cosigned since %s: %s; ask who runs it, or take it out of the file of ledger.witnesses"
                                .formatted(
                                        each.name(),
                                        each.url(),
                                        each.failingSince(),
                                        each.error()));
            }
        }
    }

    /** For Prometheus. */
    List<Metric> metrics(Instant now) {
        List<Metric.Sample> lags = new ArrayList<>();
        List<Metric.Sample> failing = new ArrayList<>();
        for (Cosigners.Figures each : figures()) {
            Map<String, String> label = Map.of("witness", each.name());
            if (each.cosigned().isAfter(Instant.EPOCH)) {
                lags.add(Metric.Sample.of(label, seconds(each.cosigned(), now)));
            }
            boolean fails = each.failingSince().isBefore(now);
            failing.add(Metric.Sample.of(label, fails ? seconds(each.failingSince(), now) : 0));
        }
        return failing.isEmpty()
                ? List.of()
                : List.of(
                        new Metric(
                                "domicile_witness_cosigned_seconds",
                                "Time since a witness last cosigned; grows while nothing happens.",
                                Metric.Type.GAUGE,
                                lags),
                        new Metric(
                                "domicile_witness_failing_seconds",
                                "How long a witness has not cosigned though it was asked.",
                                Metric.Type.GAUGE,
                                failing));
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1_000.0;
    }

    @Override
    public void close() {
        cosigners.forEach(Cosigners::close);
    }
}
