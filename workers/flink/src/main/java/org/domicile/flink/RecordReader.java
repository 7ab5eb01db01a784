package org.domicile.flink;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.domicile.schemas.Column;
import org.domicile.schemas.ColumnType;
import org.domicile.schemas.Decoded;
import org.domicile.schemas.RowDecoder;
import org.domicile.schemas.Written;
import org.jspecify.annotations.Nullable;

/**
 * Rows from records, as the stream's table has them: framed by Confluent's clients in the language
 * of the stream's schema, or plain JSON that fits it. A record that does not fit is passed over and
 * counted: a watch goes on, whatever somebody publishes. So is one that does not say when something
 * happened, because Flink's windows fail at it. Schemas come from the program when a record names
 * one that is not known yet.
 */
final class RecordReader implements DeserializationSchema<RowData> {
    private static final long serialVersionUID = 3L;

    /**
     * Ids that name no schema of the stream are kept so many, and asked for again after a while.
     */
    private static final int MOST_UNKNOWN = 1_000;

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static volatile @Nullable Asked asked;

    /** Asks the program. */
    interface Asked {
        /** The schema, encoded; empty when records of the stream are not written by it. */
        byte[] schema(String watch, String stream, int id) throws IOException;
    }

    /** Who is asked by all readers of this process. */
    static void asks(Asked program) {
        asked = program;
    }

    private final String watch;
    private final String stream;
    private final int schema;
    private final String time;
    private final List<String> fields;
    private final TypeInformation<RowData> made;
    private transient Counter passed = new SimpleCounter();
    private transient @Nullable Reading reading;

    /**
     * @param schema the id of the one that has the columns
     * @param time the field that says when something happened; empty where none does
     * @param fields of a row
     */
    RecordReader(
            String watch,
            String stream,
            int schema,
            String time,
            List<String> fields,
            TypeInformation<RowData> made) {
        this.watch = watch;
        this.stream = stream;
        this.schema = schema;
        this.time = time;
        this.fields = List.copyOf(fields);
        this.made = made;
    }

    /**
     * What records are read with. For one thread.
     *
     * @param places of the fields, among the decoder's columns
     * @param time place of the field that is never null; -1 for none
     */
    private record Reading(RowDecoder decoder, List<Column> columns, int[] places, int time) {}

    @Override
    public void open(InitializationContext context) {
        passed = context.getMetricGroup().counter(Figures.PASSED);
    }

    private Reading reading() throws IOException {
        Reading now = reading;
        if (now == null) {
            Written own = written(schema);
            if (own == null) {
                throw new IOException(
                        "the schema of "
                                + stream
                                + " by which this watch began is not there any more; stop it and"
                                + " make it again");
            }
            Unknown unknown = new Unknown();
            RowDecoder decoder =
                    RowDecoder.of(own, id -> unknown.or(id, this::written))
                            .orElseThrow(() ->
                                    new IOException("the schema of " + stream + " has no columns"));
            List<Column> columns = decoder.columns();
            List<String> names = columns.stream().map(Column::name).toList();
            now =
                    new Reading(
                            decoder,
                            columns,
                            fields.stream().mapToInt(names::indexOf).toArray(),
                            fields.indexOf(time));
            reading = now;
        }
        return now;
    }

    private @Nullable Written written(int id) throws IOException {
        Asked program = asked;
        if (program == null) {
            throw new IOException("nobody is there to ask for schemas");
        }
        byte[] encoded = program.schema(watch, stream, id);
        return encoded.length == 0 ? null : Written.decoded(encoded);
    }

    /** The program could not be asked, which is no fault of a record. */
    private static final class Unanswered extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final IOException why;

        Unanswered(IOException why) {
            super("", why, false, false);
            this.why = why;
        }
    }

    /** Ids that no schema of the stream has, and when that was said. */
    private static final class Unknown {
        private final Map<Integer, Long> since = new HashMap<>();

        interface Ask {
            @Nullable Written schema(int id) throws IOException;
        }

        java.util.Optional<Written> or(int id, Ask ask) {
            Long before = since.get(id);
            if (before != null && System.nanoTime() - before < AGAIN_NANOS) {
                return java.util.Optional.empty();
            }
            try {
                Written found = ask.schema(id);
                if (found == null) {
                    if (since.size() >= MOST_UNKNOWN) {
                        since.clear();
                    }
                    since.put(id, System.nanoTime());
                } else {
                    since.remove(id);
                }
                return java.util.Optional.ofNullable(found);
            } catch (IOException e) {
                throw new Unanswered(e);
            }
        }
    }

    @Override
    public @Nullable RowData deserialize(byte @Nullable [] record) throws IOException {
        if (record == null) {
            return passedOver();
        }
        Reading with = reading();
        try {
            return switch (with.decoder().decode(record)) {
                case Decoded.Row(@Nullable Object[] values) -> {
                    RowData row = row(with, values);
                    yield with.time() >= 0 && row.isNullAt(with.time()) ? passedOver() : row;
                }
                case Decoded.Unfit _ -> passedOver();
            };
        } catch (Unanswered e) {
            throw e.why;
        }
    }

    private @Nullable RowData passedOver() {
        passed.inc();
        return null;
    }

    private static RowData row(Reading with, @Nullable Object[] values) {
        GenericRowData row = new GenericRowData(with.places().length);
        for (int i = 0; i < with.places().length; i++) {
            int place = with.places()[i];
            if (place >= 0) {
                row.setField(i, value(values[place], with.columns().get(place).type()));
            }
        }
        return row;
    }

    /** As Flink holds it. */
    private static @Nullable Object value(@Nullable Object value, ColumnType type) {
        if (value == null) {
            return null;
        }
        return switch (type) {
            case ColumnType.Simple simple ->
                    switch (simple) {
                        case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> value;
                        case DATE -> (int) ((LocalDate) value).toEpochDay();
                        case TIME -> (int) (((LocalTime) value).toNanoOfDay() / 1_000_000);
                        case TIMESTAMP -> moment(((LocalDateTime) value).atOffset(ZoneOffset.UTC));
                        case INSTANT -> moment((OffsetDateTime) value);
                        case TEXT, UUID -> StringData.fromString(value.toString());
                        case BYTES -> bytes((ByteBuffer) value);
                    };
            case ColumnType.Decimal(int precision, int scale) ->
                    DecimalData.fromBigDecimal((BigDecimal) value, precision, scale);
            case ColumnType.Sequence(Column element) -> {
                List<?> list = (List<?>) value;
                yield new GenericArrayData(
                        list.stream().map(each -> value(each, element.type())).toArray());
            }
            case ColumnType.Mapping(Column each) -> {
                Map<Object, @Nullable Object> all = new HashMap<>();
                ((Map<?, ?>) value)
                        .forEach((name, inner) ->
                                all.put(
                                        StringData.fromString(String.valueOf(name)),
                                        value(inner, each.type())));
                yield new GenericMapData(all);
            }
            case ColumnType.Struct(List<Column> columns) -> {
                @Nullable Object[] inner = (@Nullable Object[]) value;
                GenericRowData row = new GenericRowData(columns.size());
                for (int i = 0; i < columns.size(); i++) {
                    row.setField(i, value(inner[i], columns.get(i).type()));
                }
                yield row;
            }
        };
    }

    /** To the millisecond: windows take no more. */
    private static TimestampData moment(OffsetDateTime value) {
        return TimestampData.fromEpochMillis(value.toInstant().toEpochMilli());
    }

    private static byte[] bytes(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public boolean isEndOfStream(RowData next) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return made;
    }
}
