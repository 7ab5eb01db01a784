package org.domicile.tables;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * A {@link Filter} as the library takes it, against one schema. It leaves files out and never a row
 * that is wanted: a condition about a column that is not there, or with a value that the column's
 * type does not take, leaves nothing out. Nor does one about floating-point numbers, of which
 * metrics do not count NaN.
 */
final class Pruning {
    private final Schema schema;

    Pruning(Schema schema) {
        this.schema = schema;
    }

    Expression of(Filter filter) {
        return of(filter, Expressions.alwaysTrue());
    }

    /**
     * @param unknown what a condition is that cannot be said: true, or, below a negation, false
     */
    private Expression of(Filter filter, Expression unknown) {
        return switch (filter) {
            case Filter.All() -> unknown;
            case Filter.And(List<Filter> of) ->
                    of.stream()
                            .map(each -> of(each, unknown))
                            .reduce(Expressions.alwaysTrue(), Expressions::and);
            case Filter.Or(List<Filter> of) ->
                    of.stream()
                            .map(each -> of(each, unknown))
                            .reduce(Expressions.alwaysFalse(), Expressions::or);
            case Filter.Not(Filter of) ->
                    Expressions.not(
                            of(
                                    of,
                                    unknown.op() == Expression.Operation.TRUE
                                            ? Expressions.alwaysFalse()
                                            : Expressions.alwaysTrue()));
            case Filter.Compare(String column, Filter.Operator operator, Filter.Value value) ->
                    bound(column, unknown, type -> compare(column, operator, literal(value, type)));
            case Filter.In(String column, List<Filter.Value> values) ->
                    bound(
                            column,
                            unknown,
                            type ->
                                    Expressions.in(
                                            column,
                                            values.stream()
                                                    .map(each -> literal(each, type))
                                                    .toList()));
            case Filter.IsNull(String column) ->
                    bound(column, unknown, type -> Expressions.isNull(column));
            case Filter.StartsWith(String column, String prefix) ->
                    bound(column, unknown, type -> startsWith(column, prefix, type));
        };
    }

    private interface Making {
        Expression of(Type type);
    }

    private Expression bound(String column, Expression unknown, Making making) {
        Types.NestedField field = schema.caseInsensitiveFindField(column);
        if (field == null
                || !field.type().isPrimitiveType()
                || field.type().typeId() == Type.TypeID.FLOAT
                || field.type().typeId() == Type.TypeID.DOUBLE) {
            return unknown;
        }
        try {
            Expression made = making.of(field.type());
            Binder.bind(schema.asStruct(), made, false);
            return made;
        } catch (ValidationException
                | IllegalArgumentException
                | UnsupportedOperationException
                | ArithmeticException
                | ClassCastException
                | DateTimeException e) {
            return unknown;
        }
    }

    /** Of texts alone: the library would take the words of a day for the day. */
    private static Expression startsWith(String column, String prefix, Type type) {
        if (type.typeId() != Type.TypeID.STRING) {
            throw new IllegalArgumentException("not a text");
        }
        return Expressions.startsWith(column, prefix);
    }

    private static Expression compare(String column, Filter.Operator operator, Object value) {
        return switch (operator) {
            case EQUAL -> Expressions.equal(column, value);
            case NOT_EQUAL -> Expressions.notEqual(column, value);
            case LESS -> Expressions.lessThan(column, value);
            case AT_MOST -> Expressions.lessThanOrEqual(column, value);
            case GREATER -> Expressions.greaterThan(column, value);
            case AT_LEAST -> Expressions.greaterThanOrEqual(column, value);
        };
    }

    private static Object literal(Filter.Value value, Type type) {
        return switch (value) {
            case Filter.Value.Truth(boolean truth) -> truth;
            case Filter.Value.Whole(long whole) -> whole;
            // Floating-point columns are not asked about, and any other would be given a rounded
            // one.
            case Filter.Value.Real _ -> throw new IllegalArgumentException("not exact");
            case Filter.Value.Decimal(String decimal) -> new BigDecimal(decimal);
            case Filter.Value.Text(String text) -> time(text, type);
            case Filter.Value.Day(String text) when type.typeId() == Type.TypeID.DATE -> text;
            case Filter.Value.Day(String text) when zoneless(type) -> time(text, type);
            case Filter.Value.Moment(String text) when zoneless(type) -> time(text, type);
            // Another column is made a day or a moment first, or the constant something else.
            case Filter.Value.Day _, Filter.Value.Moment _ ->
                    throw new IllegalArgumentException("of another type");
            case Filter.Value.Octets(byte[] bytes) -> ByteBuffer.wrap(bytes);
        };
    }

    private static boolean zoneless(Type type) {
        return switch (type) {
            case Types.TimestampType moment -> !moment.shouldAdjustToUTC();
            case Types.TimestampNanoType moment -> !moment.shouldAdjustToUTC();
            default -> false;
        };
    }

    /** A day is its first moment; SQL writes a blank where ISO 8601 has a T. */
    private static String time(String text, Type type) {
        boolean moment =
                type.typeId() == Type.TypeID.TIMESTAMP
                        || type.typeId() == Type.TypeID.TIMESTAMP_NANO;
        if (!moment) {
            return text;
        }
        return text.length() == 10 ? text + "T00:00:00" : text.replaceFirst(" ", "T");
    }
}
