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

    private static String until(String text, String... options) throws IOException {
        Map<String, String> all = new java.util.HashMap<>(Map.of("format", "csv"));
        if (options.length > 0) {
            all.put(options[0], options[1]);
        }
        return new String(
                new CsvRows(
                                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                                CopyFormat.of(all))
                        .readAllBytes(),
                StandardCharsets.UTF_8);
    }

    /** psql sends the line along that ends what stands in its script. */
    @Test
    void csvEndsWhereItSaysSo() throws IOException {
        assertEquals("1,a\n", until("1,a\n\\.\n"));
        assertEquals("1,a\r\n", until("1,a\r\n\\.\r\n2,b\r\n"));
        assertEquals("", until("\\."));
        assertEquals("\\.x\n\\\n", until("\\.x\n\\\n"));
        assertEquals("1,\"a\n\\.\n\"\n", until("1,\"a\n\\.\n\"\n\\.\n"));
        assertEquals("\"a\"\"\n\\.\n\"\n", until("\"a\"\"\n\\.\n\"\n"));
        assertEquals("\"a!\"\n\\.\n\"\n", until("\"a!\"\n\\.\n\"\n\\.\n", "escape", "!"));
        String line = "x".repeat(200_000) + "\n";
        assertEquals(line + line, until(line + line + "\\.\n"));
    }

    @Test
    void onlyUtf8() throws IOException {
        assertEquals("1\n", until("1\n", "encoding", "UTF-8"));
        org.junit.jupiter.api.Assertions.assertThrows(
                org.domicile.postgres.SqlError.class, () -> until("1\n", "encoding", "latin1"));
    }

    @Test
    void signsMayBeOthers() throws IOException {
        assertEquals("\"1\",\"a\"\n", csv("1|a\n", "delimiter", "|"));
        assertEquals("\"1\",\n", csv("1\tnull\n", "null", "null"));
    }
}
