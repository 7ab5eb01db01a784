package org.domicile.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** JSON Schema: columns, checks, rows, and what may follow on what. */
@Timeout(30)
final class JsonSchemaTest {
    private static final String READING =
            """
            {"$schema":"http://json-schema.org/draft-07/schema#","title":"Reading","type":"object",
             "properties":{
              "station":{"type":"string","pattern":"^[A-Z][a-zü]+$","maxLength":20},
              "level":{"type":"number","minimum":-10,"exclusiveMaximum":20},
              "count":{"type":"integer"},
              "ok":{"type":["boolean","null"]},
              "day":{"type":"string","format":"date"},
              "at":{"oneOf":[{"type":"null"},{"type":"string","format":"date-time"}]},
              "tags":{"type":"array","items":{"type":"string"}},
              "extra":{"type":"object","additionalProperties":{"type":"integer"}},
              "place":{"$ref":"#/definitions/place"},
              "anything":{}},
             "required":["station","level"],
             "definitions":{"place":{"type":"object","properties":{"lat":{"type":"number"}},
               "required":["lat"],"additionalProperties":false}}}
            """;

    static JsonSchema of(String text) {
        return JsonSchema.parse(text, Map.of());
    }

    private static @Nullable Object[] row(JsonSchema schema, String json) {
        return schema.plain().read(json.getBytes(UTF_8), 0);
    }

    @Test
    void recordsBecomeRowsInOneWalk() {
        JsonSchema schema = of(READING);
        assertTrue(schema.straight());
        @Nullable Object[] row =
                row(
                        schema,
                        """
                        {"station":"Büsum","level":1.5,"count":3.0,"day":"2026-11-30","nobody":1,
                         "at":"2026-11-30T08:15:00+01:00","tags":["a"],"extra":{"x":1},
                         "place":{"lat":54},"anything":{"a":[1,"é"]}}
                        """);
        assertEquals("Büsum", row[0]);
        assertEquals(3L, row[2]);
        assertEquals(null, row[3]);
        assertEquals(LocalDate.parse("2026-11-30"), row[4]);
        assertEquals(OffsetDateTime.parse("2026-11-30T07:15:00Z"), row[5]);
        assertEquals(List.of("a"), row[6]);
        assertEquals(Map.of("x", 1L), row[7]);
        assertArrayEquals(new Object[] {54.0}, (Object[]) row[8]);
        assertEquals("{\"a\":[1,\"é\"]}", row[9]);
        List<Column> columns =
                assertInstanceOf(Schemas.Shape.Table.class, schema.shape()).columns();
        assertEquals(new Column("level", ColumnType.Simple.DOUBLE, true), columns.get(1));
        assertEquals(new Column("at", ColumnType.Simple.INSTANT, false), columns.get(5));
    }

    @Test
    void whatDoesNotFitIsUnfit() {
        JsonSchema schema = of(READING);
        for (String json :
                List.of(
                        "",
                        "[]",
                        "{",
                        "{}",
                        "{\"station\":\"A\",\"level\":1}",
                        "{\"station\":\"Ab\",\"level\":\"1\"}",
                        "{\"station\":\"Ab\",\"level\":20}",
                        "{\"station\":\"Ab\",\"level\":1e999}",
                        "{\"station\":\"Ab\",\"level\":-10.5}",
                        "{\"station\":\"Ab\",\"level\":1,\"count\":1.5}",
                        "{\"station\":\"Ab\",\"level\":1,\"count\":9223372036854775808}",
                        "{\"station\":\"Ab\",\"level\":1,\"count\":1e99999999}",
                        "{\"station\":\"Ab\",\"level\":1,\"count\":null}",
                        "{\"station\":\"Ab\",\"level\":1,\"day\":\"2026-02-30\"}",
                        "{\"station\":\"Ab\",\"level\":1,\"place\":{\"lat\":1,\"x\":1}}",
                        "{\"station\":\"Ab\",\"level\":1,\"level\":2}",
                        "{\"station\":\"Ab\",\"level\":1} {}",
                        "{\"station\":\"Ab\\ud800\",\"level\":1}",
                        "{\"station\":\"Ab\",\"level\":1,\"anything\":\"\\udc00\"}",
                        "{\"station\":\"Ab\",\"level\":1,\"anything\":"
                                + "[".repeat(5_000)
                                + "]".repeat(5_000)
                                + "}")) {
            assertThrows(BadRecord.class, () -> row(schema, json), json);
        }
    }

    @Test
    void whatIsAskedOfTheWholeIsCheckedAsAWhole() {
        JsonSchema schema =
                of(
                        """
                        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
                         "properties":{"kind":{"enum":["a","b"]},"x":{"type":"integer"},
                           "list":{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"integer"},"uniqueItems":true}},
                         "patternProperties":{"^p_":{"type":"boolean"}},
                         "if":{"properties":{"kind":{"const":"b"}},"required":["kind"]},
                         "then":{"required":["x"]},
                         "dependentRequired":{"x":["kind"]},
                         "not":{"properties":{"x":{"const":13}},"required":["x"]}}
                        """);
        assertFalse(schema.straight());
        assertArrayEquals(
                new Object[] {"b", 1L, "[\"s\",1]"},
                row(schema, "{\"kind\":\"b\",\"x\":1,\"list\":[\"s\",1],\"p_a\":true}"));
        for (String json :
                List.of(
                        "{\"kind\":\"c\"}",
                        "{\"kind\":\"b\"}",
                        "{\"x\":1}",
                        "{\"kind\":\"a\",\"x\":13}",
                        "{\"kind\":\"a\",\"x\":13.0}",
                        "{\"p_a\":1}",
                        "{\"list\":[\"s\",1,1.0]}")) {
            assertThrows(BadRecord.class, () -> row(schema, json), json);
        }
    }

    @Test
    void schemasThatJudgeTogetherAreOneStruct() {
        JsonSchema schema =
                of(
                        """
                        {"allOf":[{"$ref":"#/$defs/base"},{"properties":{"b":{"type":"string"}},"required":["b"]}],
                         "$defs":{"base":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}
                        """);
        assertArrayEquals(new Object[] {1L, "x"}, row(schema, "{\"a\":1,\"b\":\"x\"}"));
        assertThrows(BadRecord.class, () -> row(schema, "{\"a\":1}"));
    }

    @Test
    void schemasThatAreNoneAreRefused() {
        for (String text :
                List.of(
                        "",
                        "1",
                        "{\"type\":\"text\"}",
                        "{\"type\":[]}",
                        "{\"properties\":[]}",
                        "{\"minimum\":\"1\"}",
                        "{\"pattern\":\"(?=a)\"}",
                        "{\"pattern\":\"(((a{100}){100}){100}){100}\"}",
                        "{\"$ref\":\"#/nowhere\"}",
                        "{\"$ref\":\"http://example.org/x\"}",
                        "{\"$ref\":\"#\"}",
                        "{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}]}}}",
                        "{\"unevaluatedProperties\":false}",
                        "{\"$schema\":\"http://example.org/own\"}",
                        "{\"multipleOf\":0}",
                        "{\"minimum\":1e99999}",
                        "{} {}",
                        "{\"a\":1,\"a\":2}")) {
            assertThrows(BadSchema.class, () -> of(text), text);
        }
    }

    @Test
    void intricateSchemasEndInTime() {
        StringBuilder doubling =
                new StringBuilder("{\"properties\":{\"x\":{\"$ref\":\"#/$defs/d0\"}},\"$defs\":{");
        for (int i = 0; i < 40; i++) {
            doubling.append(
                    "\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]},"
                            .formatted(i, i + 1, i + 1));
        }
        doubling.append("\"d40\":{}}}");
        JsonSchema shorter = of(doubling.toString());
        assertInstanceOf(Schemas.Shape.None.class, shorter.shape());
        assertThrows(BadRecord.class, () -> shorter.check().accepts(JsonText.tree("{\"x\":1}")));
        JsonSchema pattern =
                of(
                        "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}}}");
        assertThrows(
                BadRecord.class, () -> row(pattern, "{\"x\":\"" + "a".repeat(100_000) + "!\"}"));
    }

    private static void follows(String old, String fresh) {
        assertEquals(List.of(), of(fresh).breaks(of(old)), old + " → " + fresh);
    }

    private static void breaks(String old, String fresh) {
        assertFalse(of(fresh).breaks(of(old)).isEmpty(), old + " → " + fresh);
    }

    @Test
    void whatMayFollowOnWhat() {
        String open = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}";
        String shut = open.replace("}}}", "}},\"additionalProperties\":false}");
        String more =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}}}";
        follows(open, open);
        breaks(open, more); // there may have been a b that is no integer
        follows(shut, more);
        follows(more, open);
        breaks(open, shut);
        breaks(
                open,
                open.replace("\"type\":\"object\",", "\"type\":\"object\",\"required\":[\"a\"],"));
        follows("{\"type\":\"integer\"}", "{\"type\":\"number\"}");
        breaks("{\"type\":\"number\"}", "{\"type\":\"integer\"}");
        follows("{\"type\":\"string\"}", "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}");
        follows("{\"type\":\"string\"}", "{\"type\":[\"string\",\"null\"]}");
        follows(
                "{\"type\":[\"string\",\"null\"]}",
                "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}");
        follows(
                "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}",
                "{\"type\":[\"string\",\"null\"]}");
        breaks("{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "{\"type\":\"string\"}");
        breaks("{\"oneOf\":[{\"minimum\":1}]}", "{\"oneOf\":[{\"minimum\":1},{\"maximum\":5}]}");
        follows("{\"enum\":[1,2]}", "{\"enum\":[1,2,3]}");
        breaks("{\"enum\":[1,2,3]}", "{\"enum\":[1,2]}");
        follows("{\"minimum\":5}", "{\"minimum\":4}");
        breaks("{\"minimum\":4}", "{\"minimum\":5}");
        breaks("{\"minimum\":4}", "{\"exclusiveMinimum\":4}");
        follows("{\"exclusiveMinimum\":4}", "{\"minimum\":4}");
        follows("{\"maxLength\":4}", "{\"maxLength\":5}");
        breaks("{\"type\":\"string\"}", "{\"type\":\"string\",\"pattern\":\"a\"}");
        breaks("{}", "{\"not\":{\"type\":\"null\"}}");
        breaks("{\"items\":{\"type\":\"number\"}}", "{\"items\":{\"type\":\"integer\"}}");
        String tree =
                "{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},\"next\":{\"$ref\":\"#\"}},\"additionalProperties\":false}";
        follows(tree, tree.replace("integer", "number"));
        breaks(tree, tree.replace("integer", "string"));
    }
}
