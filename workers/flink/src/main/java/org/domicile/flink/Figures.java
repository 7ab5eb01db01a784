package org.domicile.flink;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Flink's figures of jobs, as far as somebody asks for them. For Flink, by its name. */
public final class Figures implements MetricReporter {
    private static final String READ = "numRecordsIn";
    private static final String PUBLISHED = "numRecordsSend";

    /** Records that do not fit. */
    static final String PASSED = "recordsPassedOver";

    /** What had left the log before it was read. */
    static final String MISSED = "recordsMissed";

    private static final String WAITING = "pendingRecords";

    /** Of Kafka's client. */
    private static final String ANSWERED = "fetch-total";

    private static final String POLLED = "records-consumed-total";

    private static final String JOB = "<job_id>";

    private record Place(String job, String operator, String name) {}

    private static final Map<Metric, Place> KNOWN = new ConcurrentHashMap<>();

    /** Makes it. */
    public static final class Made implements MetricReporterFactory {
        /** For Flink. */
        public Made() {}

        @Override
        public MetricReporter createMetricReporter(java.util.Properties properties) {
            return new Figures();
        }
    }

    private Figures() {}

    static long read(String job) {
        return sum(job, READ, 0);
    }

    static long published(String job) {
        return sum(job, PUBLISHED, 0);
    }

    static long passed(String job) {
        return sum(job, PASSED, 0);
    }

    static long missed(String job) {
        return sum(job, MISSED, 0);
    }

    /** -1 while it is not known. */
    static long waiting(String job) {
        return sum(job, WAITING, -1);
    }

    /** The same of one source alone, whose group this is. */
    static long waitingAt(MetricGroup group) {
        return at(group, WAITING);
    }

    /** How often the log has answered the same source; -1 while it is not known. */
    static long answersAt(MetricGroup group) {
        return at(group, ANSWERED);
    }

    /** Records that the same source has polled, without those that it passed over. */
    static long polledAt(MetricGroup group) {
        return Math.max(0, at(group, POLLED)) - Math.max(0, at(group, PASSED));
    }

    private static long at(MetricGroup group, String name) {
        Place place = place(group.getAllVariables(), name);
        return sum(place::equals, -1);
    }

    private static Place place(Map<String, String> variables, String name) {
        return new Place(
                variables.getOrDefault(JOB, ""), variables.getOrDefault("<operator_id>", ""), name);
    }

    private static long sum(String job, String name, long none) {
        return sum(each -> each.job().equals(job) && each.name().equals(name), none);
    }

    private static long sum(Predicate<Place> wanted, long none) {
        long sum = 0;
        boolean any = false;
        for (Map.Entry<Metric, Place> each : KNOWN.entrySet()) {
            if (wanted.test(each.getValue())) {
                any = true;
                sum += value(each.getKey());
            }
        }
        return any ? sum : none;
    }

    private static long value(Metric metric) {
        return switch (metric) {
            case Counter counter -> counter.getCount();
            case Gauge<?> gauge ->
                    gauge.getValue() instanceof Number number ? number.longValue() : 0;
            default -> 0;
        };
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        Map<String, String> variables = group.getAllVariables();
        String job = variables.getOrDefault(JOB, "");
        String operator = variables.getOrDefault("<operator_name>", "");
        boolean wanted =
                switch (name) {
                    case READ ->
                            operator.startsWith("Source:") || operator.contains("TableSourceScan");
                    case PUBLISHED, PASSED, MISSED, WAITING, ANSWERED, POLLED ->
                            !operator.isEmpty();
                    default -> false;
                };
        if (wanted && !job.isEmpty()) {
            KNOWN.put(metric, place(variables, name));
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        KNOWN.remove(metric);
    }

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {}
}
