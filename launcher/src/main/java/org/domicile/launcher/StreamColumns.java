package org.domicile.launcher;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.domicile.guard.GuardedWatches;
import org.domicile.schemas.Column;
import org.domicile.schemas.ColumnType;
import org.domicile.schemas.Schemas;
import org.domicile.schemas.Written;
import org.domicile.streams.Stream;

/** What watches see of streams: the columns of their newest schemas, as Flink's SQL calls them. */
record StreamColumns(Schemas schemas) implements GuardedWatches.Columns {
    @Override
    public GuardedWatches.Held of(Stream stream) {
        return schemas.newest(stream.organisation(), Schemas.subject(stream.name()))
                .flatMap(each ->
                        schemas.shape(stream.organisation(), each.id())
                                .map(shape -> held(shape, each.id())))
                .orElse(GuardedWatches.Held.PLAIN);
    }

    @Override
    public Optional<byte[]> written(Stream stream, int schema) {
        return schemas.written(stream.organisation(), Schemas.subject(stream.name()), schema)
                .map(Written::encoded);
    }

    private static GuardedWatches.Held held(Schemas.Shape shape, int schema) {
        return switch (shape) {
            case Schemas.Shape.Table(List<Column> columns) -> {
                Map<String, String> types = new LinkedHashMap<>();
                columns.forEach(each -> types.put(each.name(), type(each.type())));
                yield new GuardedWatches.Held(types, schema);
            }
            // as one without a schema
            case Schemas.Shape.None _ -> GuardedWatches.Held.PLAIN;
        };
    }

    private static String type(ColumnType type) {
        return switch (type) {
            case ColumnType.Simple simple ->
                    switch (simple) {
                        case BOOLEAN -> "BOOLEAN";
                        case INT -> "INT";
                        case LONG -> "BIGINT";
                        case FLOAT -> "FLOAT";
                        case DOUBLE -> "DOUBLE";
                        case DATE -> "DATE";
                        case TIME -> "TIME(3)";
                        // no more, since windows take no more
                        case TIMESTAMP -> "TIMESTAMP(3)";
                        case INSTANT -> "TIMESTAMP_LTZ(3)";
                        case TEXT, UUID -> "STRING";
                        case BYTES -> "BYTES";
                    };
            case ColumnType.Decimal(int precision, int scale) ->
                    "DECIMAL(" + precision + ", " + scale + ")";
            case ColumnType.Sequence(Column element) -> "ARRAY<" + type(element.type()) + ">";
            case ColumnType.Mapping(Column value) -> "MAP<STRING, " + type(value.type()) + ">";
            case ColumnType.Struct(List<Column> columns) ->
                    columns.stream()
                            .map(each ->
                                    "`" + each.name().replace("`", "``") + "` " + type(each.type()))
                            .collect(Collectors.joining(", ", "ROW<", ">"));
        };
    }
}
