package org.domicile.health;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.domicile.http.HttpServer;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Purpose;
import org.domicile.policy.Register;

/** The program's families, from what its parts tell about themselves. Pure functions. */
public final class Metrics {
    /** A purpose is named this long before its end, and this long after it. */
    public static final Duration NOTICE = Duration.ofDays(14);

    /** More purposes are not named at once: those that end first are. */
    static final int MOST_PURPOSES = 200;

    private Metrics() {}

    /** Connections, requests and bytes of each listener. */
    public static List<Metric> http(List<HttpServer.Figures> listeners) {
        return List.of(
                each(
                        "domicile_http_connections",
                        "Connections that are open.",
                        Metric.Type.GAUGE,
                        listeners,
                        HttpServer.Figures::open),
                each(
                        "domicile_http_connections_accepted_total",
                        "Connections taken since the start.",
                        Metric.Type.COUNTER,
                        listeners,
                        HttpServer.Figures::accepted),
                each(
                        "domicile_http_connections_turned_away_total",
                        "Connections closed at once because the limit was reached.",
                        Metric.Type.COUNTER,
                        listeners,
                        HttpServer.Figures::turnedAway),
                each(
                        "domicile_http_requests_total",
                        "Requests whose head was read.",
                        Metric.Type.COUNTER,
                        listeners,
                        HttpServer.Figures::requests),
                each(
                        "domicile_http_received_bytes_total",
                        "Bytes received, without TLS.",
                        Metric.Type.COUNTER,
                        listeners,
                        HttpServer.Figures::bytesIn),
                each(
                        "domicile_http_sent_bytes_total",
                        "Bytes sent, without TLS.",
                        Metric.Type.COUNTER,
                        listeners,
                        HttpServer.Figures::bytesOut));
    }

    private static Metric each(
            String name,
            String help,
            Metric.Type type,
            List<HttpServer.Figures> listeners,
            ToDoubleFunction<HttpServer.Figures> value) {
        return new Metric(
                name,
                help,
                type,
                listeners.stream()
                        .map(listener ->
                                Metric.Sample.of(
                                        Map.of("listener", listener.listener()),
                                        value.applyAsDouble(listener)))
                        .toList());
    }

    /** The ledger; the age of the newest checkpoint is left out while there is none. */
    public static List<Metric> ledger(Ledger.State state, Instant now) {
        List<Metric> metrics = new ArrayList<>();
        metrics.add(Metric.gauge("domicile_ledger_logs", "Logs on this node.", state.logs()));
        metrics.add(
                Metric.gauge(
                        "domicile_ledger_entries",
                        "Entries in all of them.",
                        (double) state.entries()));
        metrics.add(
                Metric.gauge(
                        "domicile_ledger_unpublished_entries",
                        "Durable entries that are not yet under a checkpoint.",
                        (double) state.unpublished()));
        if (state.newestCheckpoint().isAfter(Instant.EPOCH)) {
            metrics.add(
                    Metric.gauge(
                            "domicile_ledger_checkpoint_age_seconds",
                            "Time since the newest checkpoint; grows while nothing happens.",
                            seconds(Duration.between(state.newestCheckpoint(), now))));
        }
        return List.copyOf(metrics);
    }

    /**
     * Purposes that end within {@link #NOTICE}, or ended that recently: the seconds left, negative
     * afterwards. Withdrawn ones are not named: somebody has thought of them.
     */
    public static Metric expiring(Register register, Instant now) {
        return new Metric(
                "domicile_purpose_expires_seconds",
                "Seconds until a purpose expires, for those that do within 14 days or did.",
                Metric.Type.GAUGE,
                register.purposes().values().stream()
                        .filter(purpose -> !purpose.withdrawn() && near(purpose.expires(), now))
                        .sorted(Comparator.comparing(Purpose::expires).thenComparing(Purpose::id))
                        .limit(MOST_PURPOSES)
                        .map(purpose ->
                                Metric.Sample.of(
                                        Map.of("purpose", purpose.id()),
                                        seconds(Duration.between(now, purpose.expires()))))
                        .toList());
    }

    private static boolean near(Instant expires, Instant now) {
        return !expires.isBefore(now.minus(NOTICE)) && !expires.isAfter(now.plus(NOTICE));
    }

    /** Memory, processor time and age of this process. */
    public static List<Metric> process(Instant started) {
        var memory = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        List<Metric> metrics = new ArrayList<>();
        metrics.add(
                Metric.gauge(
                        "process_start_time_seconds",
                        "When the process started, in seconds since 1970.",
                        started.toEpochMilli() / 1_000.0));
        metrics.add(
                Metric.gauge(
                        "domicile_heap_used_bytes",
                        "Bytes of the heap in use.",
                        (double) memory.getUsed()));
        metrics.add(
                Metric.gauge(
                        "domicile_heap_limit_bytes",
                        "Bytes that it may have.",
                        (double) memory.getMax()));
        ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .ifPresent(cpu ->
                        metrics.add(
                                Metric.counter(
                                        "process_cpu_seconds_total",
                                        "Processor time used.",
                                        seconds(cpu))));
        return List.copyOf(metrics);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }
}
