package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workbooks that other programs made, and such as nobody should have made. */
@Timeout(60)
class WorkbookTest {
    private static final String TYPES =
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

    @TempDir private Path folder;

    /** Made by make.py beside it. */
    static Path made(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = WorkbookTest.class.getResourceAsStream("workbooks/" + name)) {
            Files.write(file, java.util.Objects.requireNonNull(in).readAllBytes());
        }
        return file;
    }

    private static List<String> lines(Path file, String sheet, Workbook.Names names)
            throws IOException {
        try (Workbook workbook = new Workbook(file);
                InputStream in = workbook.lines(sheet, names)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void aSheetIsALineForEachRow() throws IOException {
        Path file = made(folder, "openpyxl.xlsx");
        try (Workbook workbook = new Workbook(file)) {
            assertEquals(List.of("Flüge & mehr", "Second"), workbook.sheets());
        }
        assertEquals(
                List.of(
                        "",
                        "",
                        "{\"id\":1,\"Größe \\\"m\\\"\":1.5,\"origin\":\"Zürich"
                                + " 'HB'\",\"day\":\"2024-01-31\",\"at\":\"2024-01-31"
                                + " 12:30:15\",\"late\":true,\"formula\":null}",
                        "{\"id\":2,\"Größe \\\"m\\\"\":0.1,\"origin\":\"two\\nlines"
                                + " <&>\",\"day\":\"1900-01-01\",\"at\":\"1899-12-31"
                                + " 06:00:00\",\"late\":false,\"formula\":null}",
                        "",
                        "{\"id\":-30000000000,\"Größe \\\"m\\\"\":7,\"origin\":\""
                                + " \",\"day\":\"1900-03-01\",\"at\":\"9999-12-31"
                                + " 23:59:59\",\"late\":null,\"formula\":\"#DIV/0!\"}"),
                lines(file, "Flüge & mehr", Workbook.Names.FIRST_ROW));
        assertEquals(
                List.of(
                        "{\"A\":\"n\",\"B\":\"t\"}",
                        "{\"A\":1,\"B\":\"07:05:00\"}",
                        "{\"A\":\"x\",\"B\":\"23:59:59\"}"),
                lines(file, "Second", Workbook.Names.LETTERS));
    }

    /** Days since 1904, formats of one's own, rich texts, formulas, and a cell beside the names. */
    @Test
    void whatAnotherProgramWritesIsRead() throws IOException {
        assertEquals(
                List.of(
                        "",
                        "{\"n\":12,\"word\":\"rich and"
                                + " plain\",\"day\":\"2024-02-29\",\"at\":\"2024-02-29"
                                + " 23:59:59\",\"price\":1234.5,\"sum\":24}",
                        "{\"n\":null,\"word\":null,\"day\":null,\"at\":null,\"price\":null,\"sum\":null,\"AA\":\"beside\"}"),
                lines(made(folder, "xlsxwriter.xlsx"), "Cut", Workbook.Names.FIRST_ROW));
        assertEquals(
                "A Z AA XFD",
                String.join(" ", letters(0), letters(25), letters(26), letters(16_383)));
    }

    private static String letters(int column) {
        return Workbook.letters(column);
    }

    private Path zip(Map<String, String> parts) throws IOException {
        Path file = Files.createTempFile(folder, "made", ".xlsx");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> each : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey()));
                zip.write(each.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }

    /** With one sheet, and one part put in another's place. */
    private Path sheet(String cells, String other, String instead) throws IOException {
        Map<String, String> parts =
                new java.util.HashMap<>(
                        Map.of(
                                "xl/workbook.xml",
                                "<workbook xmlns:r='r'><sheets><sheet name='S'"
                                        + " r:id='a'/></sheets></workbook>",
                                "xl/_rels/workbook.xml.rels",
                                "<Relationships><Relationship Id='a' Target='one.xml' Type='"
                                        + TYPES
                                        + "worksheet'/><Relationship Id='b' Target='texts.xml'"
                                        + " Type='"
                                        + TYPES
                                        + "sharedStrings'/></Relationships>",
                                "xl/texts.xml",
                                "<sst><si><t>shared</t></si></sst>",
                                "xl/one.xml",
                                "<worksheet><sheetData>" + cells + "</sheetData></worksheet>"));
        parts.put(other, instead);
        return zip(parts);
    }

    private static String row(String cells) {
        return "<row r='1'><c r='A1' t='inlineStr'><is><t>n</t></is></c></row><row r='2'>"
                + cells
                + "</row>";
    }

    private String problem(Path file) {
        return String.valueOf(
                assertThrows(Problem.class, () -> lines(file, "S", Workbook.Names.FIRST_ROW))
                        .getMessage());
    }

    @Test
    void whatIsNoWorkbookIsRefused() throws IOException {
        String good = row("<c r='A2' t='s'><v>0</v></c>");
        assertEquals(
                List.of("", "{\"n\":\"shared\"}"),
                lines(sheet(good, "x", ""), "S", Workbook.Names.FIRST_ROW));
        Path plain = Files.writeString(folder.resolve("plain.xlsx"), "n,word\n");
        assertTrue(problem(plain).contains("is no .xlsx workbook"));
        byte[] whole = Files.readAllBytes(made(folder, "openpyxl.xlsx"));
        Path cut = Files.write(folder.resolve("cut.xlsx"), java.util.Arrays.copyOf(whole, 3_000));
        assertTrue(problem(cut).contains("is no .xlsx workbook"));
        assertTrue(problem(zip(Map.of("a", "b"))).contains("lacks its part xl/workbook.xml"));
        assertTrue(problem(sheet(good, "xl/one.xml", "<a>")).contains("no XML: xl/one.xml"));
        assertTrue(problem(made(folder, "openpyxl.xlsx")).contains("it has Flüge & mehr, Second"));
        for (Map.Entry<String, String> each :
                Map.of(
                                row("<c r='A2' t='s'><v>1</v></c>"),
                                "a text in A2",
                                row("<c r='A2' t='s'><v>-1</v></c>"),
                                "a text in A2",
                                row("<c r='A2'><v>1e999</v></c>"),
                                "a number in A2",
                                row("<c r='A2'><v>one</v></c>"),
                                "a number in A2",
                                row("<c r='XFE2'><v>1</v></c>"),
                                "behind the last column",
                                row("") + "<row r='2'/>",
                                "a row 2 behind row 2",
                                row("") + "<row r='1048577'/>",
                                "a row 1048577",
                                row("<c r='A2' t='str'><v>" + "a".repeat(32_768) + "</v></c>"),
                                "a text of more than",
                                "<row><c t='str'><v>n</v></c><c t='str'><v>N</v></c></row>",
                                "two columns that are called N")
                        .entrySet()) {
            String told = problem(sheet(each.getKey(), "x", ""));
            assertTrue(told.contains(each.getValue()), told);
        }
    }

    /** XXE, entities that multiply, parts that unpack to very much. */
    @Test
    void nothingOutsideIsReadAndNothingUnpacksForEver() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "SECRET");
        for (String type :
                List.of(
                        "<!DOCTYPE x [<!ENTITY e SYSTEM '" + secret.toUri() + "'>]>",
                        "<!DOCTYPE x SYSTEM '" + secret.toUri() + "'>",
                        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY e '&a;&a;&a;&a;'>]>")) {
            for (String part :
                    List.of("xl/one.xml", "xl/texts.xml", "xl/workbook.xml", "_rels/.rels")) {
                String told =
                        problem(
                                sheet(
                                        row(""),
                                        part,
                                        type
                                                + "<sst><si><t>&e;</t></si><sheetData><row><c"
                                                + " t='str'><v>&e;</v></c></row></sheetData></sst>"));
                assertTrue(told.contains("declares entities") || told.contains("no XML"), told);
                assertTrue(!told.contains("SECRET"), told);
            }
        }
        // ten million characters in ten thousand bytes
        String much = "<a>" + "<b/>".repeat(2_500_000) + "</a>";
        Path bomb = sheet(row(""), "xl/one.xml", much);
        assertTrue(Files.size(bomb) < 100_000, "it is packed " + Files.size(bomb));
        assertEquals(List.of(), lines(bomb, "S", Workbook.Names.FIRST_ROW), "within the limit");
        try (Workbook workbook = new Workbook(bomb, 1 << 20);
                InputStream in = workbook.lines("S", Workbook.Names.FIRST_ROW)) {
            Problem told = assertThrows(Problem.class, in::readAllBytes);
            assertTrue(String.valueOf(told.getMessage()).contains("unpacks to more than"));
        }
        // a relation that points out of the package
        assertTrue(
                problem(
                                sheet(
                                        row(""),
                                        "xl/_rels/workbook.xml.rels",
                                        "<Relationships><Relationship Id='a' TargetMode='External'"
                                                + " Target='"
                                                + secret.toUri()
                                                + "' Type='"
                                                + TYPES
                                                + "worksheet'/></Relationships>"))
                        .contains("no sheet"));
    }
}
