package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** COPY's text format as CSV. */
class TextRowsTest {
    private static String csv(String text, String... options) throws IOException {
        Map<String, String> all = options.length == 0 ? Map.of() : Map.of(options[0], options[1]);
        return new String(
                new TextRows(
                                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                                CopyFormat.of(all))
                        .readAllBytes(),
                StandardCharsets.UTF_8);
    }

    @Test
    void fieldsBecomeQuotedOnes() throws IOException {
        assertEquals("\"1\",\"a\"\n\"2\",\n", csv("1\ta\n2\t\\N\n"));
        assertEquals("\"\",\"\"\n", csv("\t\n"));
        assertEquals("\"a,b\",\"say \"\"x\"\"\"\n", csv("a,b\tsay \"x\""));
        assertEquals("\"a\tb\",\"c\nd\",\"e\\f\"\n", csv("a\\tb\tc\\nd\te\\\\f\n"));
        assertEquals("\"a\tb\",\"A\n\"\n", csv("a\\\tb\t\\101\\x0a\n"));
        assertEquals("\"a\nb\"\n", csv("a\\\nb\n"));
    }

    @Test
    void itEndsWhereItSaysSo() throws IOException {
        assertEquals("\"1\"\n", csv("1\n\\.\n2\n"));
        assertEquals("\"1\"\n\"2\"\n", csv("1\r\n2\r\n"));
        assertEquals("", csv(""));
        assertEquals("\"2\"\n", csv("n\n2\n", "header", "true"));
    }

    @Test
    void signsMayBeOthers() throws IOException {
        assertEquals("\"1\",\"a\"\n", csv("1|a\n", "delimiter", "|"));
        assertEquals("\"1\",\n", csv("1\tnull\n", "null", "null"));
    }
}
