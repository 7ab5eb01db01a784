package org.domicile.flink;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.WatermarkAlignmentParams;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.SourceTransformation;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicTableFactory;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.util.clock.RelativeClock;
import org.jspecify.annotations.Nullable;

/**
 * Flink's connector of Kafka for sources, whose parts of streams are given up by {@link Patience},
 * waited for by {@link Growing}, and begin where {@link Resuming} says. For Flink, which finds it
 * by META-INF/services.
 */
public final class PatientStreams extends KafkaDynamicTableFactory {
    static final String NAME = "patient-streams";
    private static final String CLIENT = "properties.";
    private static final String BEGIN = "scan.startup.timestamp-millis";

    /** Of the watch. */
    static final String WATCH = "watch";

    private static final ConfigOption<String> WATCH_OPTION =
            ConfigOptions.key(WATCH).stringType().noDefaultValue();

    /** For Flink. */
    public PatientStreams() {}

    @Override
    public String factoryIdentifier() {
        return NAME;
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        Set<ConfigOption<?>> all = new HashSet<>(super.optionalOptions());
        all.add(WATCH_OPTION);
        return all;
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        Map<String, String> options = context.getCatalogTable().getOptions();
        Map<String, String> client = new HashMap<>();
        options.forEach((name, value) -> {
            if (name.startsWith(CLIENT)
                    && !name.equals(CLIENT + "group.id")
                    && !name.equals(CLIENT + "isolation.level")) {
                client.put(name.substring(CLIENT.length()), value);
            }
        });
        return new Source(
                (KafkaDynamicSource) super.createDynamicTableSource(context),
                options.getOrDefault(WATCH, ""),
                options.getOrDefault("topic", ""),
                client,
                Long.parseLong(options.getOrDefault(BEGIN, "-1")));
    }

    /** What is said to Flink so that it leaves it to us where parts begin. */
    static Map<String, String> places(String watch, long begin) {
        Map<String, String> options = new HashMap<>();
        options.put("scan.startup.mode", "group-offsets");
        options.put(CLIENT + "group.id", "watch-" + watch); // which nobody is asked about
        options.put(CLIENT + "commit.offsets.on.checkpoint", "false");
        options.put(CLIENT + "auto.offset.reset", "none");
        if (begin >= 0) {
            options.put(BEGIN, Long.toString(begin));
        }
        return options;
    }

    /**
     * @param watch its id
     * @param client what a client of the log needs
     * @param begin as {@link Resuming} has it
     */
    private record Source(
            KafkaDynamicSource kafka,
            String watch,
            String stream,
            Map<String, String> client,
            long begin)
            implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {
        @Override
        public ChangelogMode getChangelogMode() {
            return kafka.getChangelogMode();
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            DataStreamScanProvider made =
                    (DataStreamScanProvider) kafka.getScanRuntimeProvider(context);
            return new DataStreamScanProvider() {
                @Override
                public DataStream<RowData> produceDataStream(
                        ProviderContext providers, StreamExecutionEnvironment environment) {
                    return resuming(made.produceDataStream(providers, environment), environment);
                }

                @Override
                public boolean isBounded() {
                    return made.isBounded();
                }
            };
        }

        private DataStream<RowData> resuming(
                DataStream<RowData> made, StreamExecutionEnvironment environment) {
            @SuppressWarnings("unchecked") // it is what Kafka's connector makes
            SourceTransformation<RowData, KafkaPartitionSplit, KafkaSourceEnumState> its =
                    (SourceTransformation<RowData, KafkaPartitionSplit, KafkaSourceEnumState>)
                            made.getTransformation();
            DataStreamSource<RowData> own =
                    environment.fromSource(
                            new Resuming(its.getSource(), client, begin),
                            its.getWatermarkStrategy(),
                            its.getName(),
                            its.getOutputType());
            String uid = its.getUid();
            if (uid != null) {
                own.uid(uid); // by which its state is found again
            }
            return own;
        }

        @Override
        public Map<String, DataType> listReadableMetadata() {
            return kafka.listReadableMetadata();
        }

        @Override
        public void applyReadableMetadata(List<String> keys, DataType produced) {
            kafka.applyReadableMetadata(keys, produced);
        }

        @Override
        public boolean supportsMetadataProjection() {
            return kafka.supportsMetadataProjection();
        }

        @Override
        public void applyWatermark(WatermarkStrategy<RowData> strategy) {
            kafka.applyWatermark(new Patiently(strategy, watch, stream));
        }

        @Override
        public DynamicTableSource copy() {
            return new Source((KafkaDynamicSource) kafka.copy(), watch, stream, client, begin);
        }

        @Override
        public String asSummaryString() {
            return kafka.asSummaryString();
        }
    }

    /** What is said of time, by another clock. Each source has one of its own. */
    private static final class Patiently implements WatermarkStrategy<RowData> {
        private static final long serialVersionUID = 1;

        private final WatermarkStrategy<RowData> said;
        private final String watch;
        private final String stream;
        private transient long given; // by all parts
        private transient @Nullable Growing growing; // from the first on

        Patiently(WatermarkStrategy<RowData> said, String watch, String stream) {
            this.said = said;
            this.watch = watch;
            this.stream = stream;
        }

        /**
         * What was not given yet: in the log, or polled by the thread that reads and not taken by
         * the one that works, which may be behind by many on a busy machine.
         */
        private long waiting(MetricGroup group) {
            long pending = Figures.waitingAt(group);
            return pending < 0 ? pending : pending + Math.max(0, Figures.polledAt(group) - given);
        }

        /** Flink asks for one of the source itself, and then for one of each part. */
        @Override
        public WatermarkGenerator<RowData> createWatermarkGenerator(
                WatermarkGeneratorSupplier.Context context) {
            Growing known = growing;
            if (known == null) {
                growing =
                        new Growing(
                                stream,
                                () -> Growing.wanted(watch, stream),
                                context.getInputActivityClock());
                return growing.whole(settling(context));
            }
            return known.part(settling(context));
        }

        private WatermarkGenerator<RowData> settling(WatermarkGeneratorSupplier.Context context) {
            MetricGroup group = context.getMetricGroup();
            Patience clock =
                    new Patience(
                            context.getInputActivityClock(),
                            () -> waiting(group),
                            () -> Figures.answersAt(group));
            WatermarkGenerator<RowData> below =
                    said.createWatermarkGenerator(
                            new WatermarkGeneratorSupplier.Context() {
                                @Override
                                public MetricGroup getMetricGroup() {
                                    return group;
                                }

                                @Override
                                public RelativeClock getInputActivityClock() {
                                    return clock;
                                }
                            });
            return new Settling(below, context.getInputActivityClock(), () -> waiting(group)) {
                @Override
                public void onEvent(RowData event, long timestamp, WatermarkOutput output) {
                    clock.given();
                    given++;
                    super.onEvent(event, timestamp, output);
                }
            };
        }

        @Override
        public TimestampAssigner<RowData> createTimestampAssigner(
                TimestampAssignerSupplier.Context context) {
            return said.createTimestampAssigner(context);
        }

        @Override
        public WatermarkAlignmentParams getAlignmentParameters() {
            return said.getAlignmentParameters();
        }
    }
}
