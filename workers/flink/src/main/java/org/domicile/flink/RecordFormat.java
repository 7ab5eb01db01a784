package org.domicile.flink;

import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Records of streams as rows, as {@link RecordReader} reads them. For Flink, which finds it by its
 * name and META-INF/services.
 */
public final class RecordFormat implements DeserializationFormatFactory {
    static final String NAME = "stream-records";

    static final ConfigOption<String> WATCH =
            ConfigOptions.key("watch").stringType().noDefaultValue();
    static final ConfigOption<String> STREAM =
            ConfigOptions.key("stream").stringType().noDefaultValue();
    static final ConfigOption<Integer> SCHEMA =
            ConfigOptions.key("schema").intType().noDefaultValue();

    /** The column that says when something happened; empty where none does. */
    static final ConfigOption<String> TIME =
            ConfigOptions.key("time").stringType().noDefaultValue();

    /** For Flink. */
    public RecordFormat() {}

    @Override
    public String factoryIdentifier() {
        return NAME;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(WATCH, STREAM, SCHEMA, TIME);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        return new DecodingFormat<>() {
            @Override
            public DeserializationSchema<RowData> createRuntimeDecoder(
                    DynamicTableSource.Context made, DataType physical) {
                return new RecordReader(
                        options.get(WATCH),
                        options.get(STREAM),
                        options.get(SCHEMA),
                        options.get(TIME),
                        ((RowType) physical.getLogicalType()).getFieldNames(),
                        made.createTypeInformation(physical));
            }

            @Override
            public ChangelogMode getChangelogMode() {
                return ChangelogMode.insertOnly();
            }
        };
    }
}
