package org.domicile.duckdb;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.datasketches.theta.UpdatableThetaSketch;
import org.domicile.query.Batch;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Sketch;
import org.domicile.query.Type;
import org.domicile.query.Vector;

/**
 * A theta sketch of each column, as Apache Iceberg's Puffin specification has it (blob type {@code
 * apache-datasketches-theta-v1}): values in the form of a single value of Iceberg's table
 * specification, appendix D, the library's default seed, and a family of which others make unions.
 */
final class Sketching {
    private final List<Of> columns = new ArrayList<>();

    /**
     * @throws Engine.Failed NOT_HERE when there is a column that Iceberg has no type for,
     *     OVER_LIMIT when there are too many
     */
    Sketching(List<Column> columns) throws Engine.Failed {
        if (columns.size() > Sketch.MOST_COLUMNS) {
            throw new Engine.Failed(
                    Failure.of(
                            Failure.OVER_LIMIT,
                            "A statement sketches at most %d columns."
                                    .formatted(Sketch.MOST_COLUMNS)));
        }
        for (Column each : columns) {
            this.columns.add(new Of(form(each)));
        }
    }

    /** How a value becomes bytes. */
    private enum Form {
        BIT,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        BYTES,
        UUID,
        UNSCALED
    }

    private static Form form(Column column) throws Engine.Failed {
        return switch (column.type()) {
            case Type.Decimal _ -> Form.UNSCALED;
            case Type.Array _, Type.Struct _, Type.Dictionary _ -> throw strange(column);
            case Type.Simple simple ->
                    switch (simple) {
                        case BOOLEAN -> Form.BIT;
                        case INTEGER, DATE -> Form.INT;
                        case BIGINT, TIME, TIMESTAMP, TIMESTAMPTZ -> Form.LONG;
                        case FLOAT -> Form.FLOAT;
                        case DOUBLE -> Form.DOUBLE;
                        case VARCHAR, BLOB -> Form.BYTES;
                        case UUID -> Form.UUID;
                        case UNKNOWN,
                                TINYINT,
                                SMALLINT,
                                HUGEINT,
                                UTINYINT,
                                USMALLINT,
                                UINTEGER,
                                UBIGINT,
                                UHUGEINT,
                                TIMETZ,
                                INTERVAL,
                                JSON ->
                                throw strange(column);
                    };
        };
    }

    private static Engine.Failed strange(Column column) {
        return new Engine.Failed(
                Failure.of(
                        Failure.NOT_HERE,
                        "Values of the column \"%s\" are not counted: Iceberg has no type for them."
                                .formatted(column.name())));
    }

    void take(Batch batch) {
        for (int i = 0; i < columns.size(); i++) {
            columns.get(i).take(batch.columns().get(i));
        }
    }

    List<Sketch> sketches() {
        return columns.stream().map(Of::sketch).toList();
    }

    /** One column. */
    private static final class Of {
        private final Form form;
        private final UpdatableThetaSketch sketch =
                UpdatableThetaSketch.builder().setNominalEntries(Sketch.ENTRIES).build();
        private final byte[] four = new byte[4];
        private final byte[] eight = new byte[8];
        private final ByteBuffer little = ByteBuffer.wrap(eight).order(ByteOrder.LITTLE_ENDIAN);

        Of(Form form) {
            this.form = form;
        }

        void take(Vector vector) {
            for (int row = 0; row < vector.size(); row++) {
                if (!vector.nulls().get(row)) {
                    sketch.update(bytes(vector, row));
                }
            }
        }

        /** A sketch takes no hold of what it is given. */
        private byte[] bytes(Vector vector, int row) {
            return switch (vector) {
                case Vector.Longs(long[] values, var _) -> whole(values[row]);
                case Vector.Doubles(double[] values, var _) ->
                        form == Form.FLOAT
                                ? four(Float.floatToRawIntBits((float) values[row]))
                                : eight(Double.doubleToRawLongBits(values[row]));
                case Vector.Bigs(BigInteger[] values, var _) -> values[row].toByteArray();
                case Vector.Runs runs ->
                        Arrays.copyOfRange(runs.bytes(), runs.start(row), runs.ends()[row]);
                case Vector.Uuids(long[] high, long[] low, var _) ->
                        ByteBuffer.allocate(16).putLong(high[row]).putLong(low[row]).array();
                case Vector.Intervals _, Vector.Lists _, Vector.Structs _, Vector.Maps _ ->
                        throw new IllegalStateException(form + " comes as " + vector.getClass());
            };
        }

        private byte[] whole(long value) {
            return switch (form) {
                case BIT -> new byte[] {(byte) (value == 0 ? 0 : 1)};
                case INT -> four((int) Math.clamp(value, -Integer.MAX_VALUE, Integer.MAX_VALUE));
                case UNSCALED -> BigInteger.valueOf(value).toByteArray();
                case LONG -> eight(value);
                case FLOAT, DOUBLE, BYTES, UUID ->
                        throw new IllegalStateException(form + " comes as numbers");
            };
        }

        private byte[] four(int value) {
            little.putInt(0, value);
            System.arraycopy(eight, 0, four, 0, four.length);
            return four;
        }

        private byte[] eight(long value) {
            little.putLong(0, value);
            return eight;
        }

        /** Not larger than its nominal entries say, which costs it nothing in what it promises. */
        Sketch sketch() {
            sketch.rebuild();
            return new Sketch(Math.round(sketch.getEstimate()), sketch.compact().toByteArray());
        }
    }
}
