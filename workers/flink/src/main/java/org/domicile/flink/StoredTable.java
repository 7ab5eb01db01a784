package org.domicile.flink;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * A table of the catalog, as the program reads it for this watch: all of it, when the watch starts,
 * and again when a record looks into it and some time has gone by. So it is no state, no checkpoint
 * holds it, and it holds no clock up. For Flink, by its name.
 */
public final class StoredTable implements DynamicTableSourceFactory {
    static final String NAME = "stored-table";

    static final ConfigOption<String> WATCH =
            ConfigOptions.key("watch").stringType().noDefaultValue();
    static final ConfigOption<String> TABLE =
            ConfigOptions.key("table").stringType().noDefaultValue();
    static final ConfigOption<Long> MILLIS =
            ConfigOptions.key("millis").longType().noDefaultValue();

    /** What was read before is good for so many readings that are refused. */
    static final int MOST_REFUSED = 12;

    /** So long a record waits for a reading, before it meets what was read before. */
    private static final long MOMENT_MILLIS = 5_000;

    private static volatile @Nullable Asked asked;

    /** Asks the program. */
    interface Asked {
        /**
         * All rows: each a text for each column, null for none.
         *
         * @throws IOException with a sentence, where they are not to be had
         */
        List<@Nullable String[]> rows(String watch, String table) throws IOException;
    }

    /** Who is asked by all tables of this process. */
    static void asks(Asked program) {
        asked = program;
    }

    /** For Flink. */
    public StoredTable() {}

    @Override
    public String factoryIdentifier() {
        return NAME;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(WATCH, TABLE, MILLIS);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        return new Source(
                helper.getOptions().get(WATCH),
                helper.getOptions().get(TABLE),
                helper.getOptions().get(MILLIS),
                (RowType) context.getPhysicalRowDataType().getLogicalType());
    }

    private record Source(String watch, String table, long millis, RowType type)
            implements LookupTableSource {
        @Override
        public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
            int[][] keys = context.getKeys();
            int[] places = new int[keys.length];
            for (int i = 0; i < keys.length; i++) {
                places[i] = keys[i][0];
            }
            return LookupFunctionProvider.of(
                    new Rows(watch, table, millis, type, places, MOMENT_MILLIS));
        }

        @Override
        public DynamicTableSource copy() {
            return this;
        }

        @Override
        public String asSummaryString() {
            return table;
        }
    }

    /** Its rows, by what is looked for. Owned by the one thread that Flink calls it with. */
    public static final class Rows extends LookupFunction {
        private static final long serialVersionUID = 1L;

        private final String watch;
        private final String table;
        private final long millis;
        private final RowType type;
        private final int[] keys;
        private final long moment;
        private transient Map<List<Object>, List<RowData>> rows = Map.of();
        private transient long readAt;
        private transient @Nullable FutureTask<Map<List<Object>, List<RowData>>> reading;
        private transient int refused; // readings in a row

        Rows(String watch, String table, long millis, RowType type, int[] keys, long moment) {
            this.watch = watch;
            this.table = table;
            this.millis = millis;
            this.type = type;
            this.keys = keys;
            this.moment = moment;
        }

        @Override
        public void open(FunctionContext context) throws Exception {
            super.open(context);
            read();
        }

        /** For the first time: without rows nothing is joined. */
        void read() throws IOException {
            rows = fresh();
            readAt = System.nanoTime();
        }

        private Map<List<Object>, List<RowData>> fresh() throws IOException {
            Asked program = asked;
            if (program == null) {
                throw new IOException("nobody is there to ask for tables");
            }
            Map<List<Object>, List<RowData>> fresh = new HashMap<>();
            for (@Nullable String[] each : program.rows(watch, table)) {
                GenericRowData row = row(each);
                List<Object> key = new ArrayList<>(keys.length);
                for (int place : keys) {
                    Object value = row.getField(place);
                    if (value != null) {
                        key.add(value);
                    }
                }
                if (key.size() == keys.length) { // null equals nothing
                    fresh.computeIfAbsent(key, _ -> new ArrayList<>()).add(row);
                }
            }
            return fresh;
        }

        /**
         * On another thread, so that checkpoints do not stand still: the record at which it begins
         * waits for it a moment, and then meets what was read before.
         */
        private void readAgain() throws IOException {
            FutureTask<Map<List<Object>, List<RowData>>> now = reading;
            if (now != null && now.isDone()) {
                take(now);
            }
            if (reading == null && (System.nanoTime() - readAt) / 1_000_000 >= millis) {
                readAt = System.nanoTime();
                FutureTask<Map<List<Object>, List<RowData>>> begun = new FutureTask<>(this::fresh);
                reading = begun;
                Thread.ofPlatform().daemon().name("stored-table").start(begun);
                take(begun);
            }
        }

        private void take(FutureTask<Map<List<Object>, List<RowData>>> from) throws IOException {
            try {
                rows = from.get(moment, TimeUnit.MILLISECONDS);
                refused = 0;
            } catch (TimeoutException e) {
                return; // a later record takes it
            } catch (ExecutionException e) {
                refused++;
                if (refused >= MOST_REFUSED) {
                    throw e.getCause() instanceof IOException why
                            ? why
                            : new IOException("the table " + table + " was not read", e);
                }
                Main.complain("a table was not read again: " + e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            reading = null;
        }

        private GenericRowData row(@Nullable String[] texts) throws IOException {
            if (texts.length != type.getFieldCount()) {
                throw new IOException(
                        "the columns of "
                                + table
                                + " are others than when this watch began; stop it and make it"
                                + " again");
            }
            GenericRowData row = new GenericRowData(texts.length);
            for (int i = 0; i < texts.length; i++) {
                String text = texts[i];
                row.setField(i, text == null ? null : value(text, type.getTypeAt(i)));
            }
            return row;
        }

        @Override
        public Collection<RowData> lookup(RowData sought) throws IOException {
            readAgain();
            List<Object> key = new ArrayList<>(keys.length);
            for (int i = 0; i < keys.length; i++) {
                Object value =
                        RowData.createFieldGetter(type.getTypeAt(keys[i]), i)
                                .getFieldOrNull(sought);
                if (value == null) {
                    return List.of();
                }
                key.add(value);
            }
            return rows.getOrDefault(key, List.of());
        }
    }

    /** As Flink holds what the program says as a text. */
    static Object value(String text, LogicalType type) throws IOException {
        try {
            return switch (type.getTypeRoot()) {
                case VARCHAR -> StringData.fromString(text);
                case BOOLEAN -> text.equals("true");
                case INTEGER -> Integer.parseInt(text);
                case BIGINT -> Long.parseLong(text);
                case FLOAT -> Float.parseFloat(text);
                case DOUBLE -> Double.parseDouble(text);
                case DECIMAL -> decimal(text, (DecimalType) type);
                case DATE -> (int) LocalDate.parse(text).toEpochDay();
                case TIMESTAMP_WITHOUT_TIME_ZONE ->
                        TimestampData.fromLocalDateTime(LocalDateTime.parse(text));
                case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                        TimestampData.fromInstant(Instant.parse(text));
                default -> throw new IOException("a column of a type that no table has here");
            };
        } catch (java.time.DateTimeException | NumberFormatException e) {
            throw new IOException("a value of a table is none of its type", e);
        }
    }

    private static DecimalData decimal(String text, DecimalType type) throws IOException {
        DecimalData decimal =
                DecimalData.fromBigDecimal(
                        new BigDecimal(text), type.getPrecision(), type.getScale());
        if (decimal == null) {
            throw new IOException("a value of a table is larger than its type");
        }
        return decimal;
    }
}
