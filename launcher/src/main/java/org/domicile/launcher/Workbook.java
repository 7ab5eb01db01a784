package org.domicile.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An Excel workbook (.xlsx, .xlsm). Source: ECMA-376 part 1, chapters 12 and 18, and part 2 for the
 * package; names of elements without their namespaces, so the strict variant is read too.
 *
 * <p>A sheet becomes lines of JSON, one for each of its rows and with the row's number: the rows
 * before the first that has a value are empty lines, and so is that one, which has the names. What
 * is wrong in line 7 is wrong in row 7. Numbers are numbers, days and moments are texts as SQL
 * writes them, what a formula gave last is its value, and an error such as {@code #DIV/0!} is its
 * text, so that it is seen and not null.
 *
 * <p>Limits are those of Excel (1,048,576 rows, 16,384 columns, 32,767 characters a cell), 64 Mi
 * characters of texts that cells share, 1 GiB of a part once it is unpacked, 4,000 parts. A
 * document type is refused, so there are no entities, and nothing outside the file is looked at.
 *
 * <p>Used by one thread, one sheet at a time.
 */
final class Workbook implements AutoCloseable {
    private static final int MOST_ROWS = 1_048_576;
    private static final int MOST_COLUMNS = 16_384;
    private static final int LONGEST_CELL = 32_767;
    private static final long MOST_SHARED = 64 << 20;
    private static final int MOST_PARTS = 4_000;
    private static final int MOST_STYLES = 70_000;

    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final ZipFile zip;
    private final long mostBytes;
    private final Map<String, String> sheets = new LinkedHashMap<>();
    private final List<ExcelFormat> styles = new ArrayList<>();
    private final List<String> shared = new ArrayList<>();
    private boolean since1904;

    /** Whether a sheet's first row has names. */
    enum Names {
        FIRST_ROW,
        /** Columns are called by their letters. */
        LETTERS
    }

    /**
     * @throws Problem when it is none
     */
    Workbook(Path file) throws IOException {
        this(file, 1L << 30);
    }

    /**
     * @param mostBytes of a part once it is unpacked
     */
    Workbook(Path file, long mostBytes) throws IOException {
        this.file = file;
        this.mostBytes = mostBytes;
        try {
            this.zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw new Problem(
                    file
                            + " is no .xlsx workbook (an .xls, or protected by a password?): save"
                            + " it as .xlsx or CSV");
        }
        boolean read = false;
        try {
            if (zip.size() > MOST_PARTS) {
                throw broken("has more than " + MOST_PARTS + " parts");
            }
            describe();
            read = true;
        } finally {
            if (!read) {
                zip.close();
            }
        }
    }

    private Problem broken(String what) {
        return new Problem(file + " " + what);
    }

    // ---- what describes it ----

    private void describe() throws IOException {
        String main = "xl/workbook.xml";
        for (Map.Entry<String, Relation> each : relations("_rels/.rels", "").entrySet()) {
            if (each.getValue().type().endsWith("/officeDocument")) {
                main = each.getValue().target();
            }
        }
        String folder = main.substring(0, main.lastIndexOf('/') + 1);
        String name = main.substring(main.lastIndexOf('/') + 1);
        Map<String, Relation> relations = relations(folder + "_rels/" + name + ".rels", folder);
        try (Part part = part(main)) {
            while (part.next()) {
                if (part.starts("workbookPr")) {
                    String said = part.attribute("date1904");
                    since1904 = said.equals("1") || said.equals("true");
                } else if (part.starts("sheet")) {
                    Relation to = relations.get(part.attribute("id"));
                    if (to != null && to.type().endsWith("/worksheet")) {
                        sheets.putIfAbsent(part.attribute("name"), to.target());
                    }
                }
            }
        }
        if (sheets.isEmpty()) {
            throw broken("has no sheet with cells");
        }
        for (Relation each : relations.values()) {
            if (each.type().endsWith("/styles") && zip.getEntry(each.target()) != null) {
                styles(each.target());
            } else if (each.type().endsWith("/sharedStrings")
                    && zip.getEntry(each.target()) != null) {
                shared(each.target());
            }
        }
    }

    /** Where a part points to. @param target name of a part */
    private record Relation(String type, String target) {}

    private Map<String, Relation> relations(String name, String folder) throws IOException {
        Map<String, Relation> relations = new LinkedHashMap<>();
        if (zip.getEntry(name) == null) {
            return relations;
        }
        try (Part part = part(name)) {
            while (part.next()) {
                if (part.starts("Relationship")
                        && !part.attribute("TargetMode").equals("External")) {
                    String target = part.attribute("Target");
                    relations.put(
                            part.attribute("Id"),
                            new Relation(
                                    part.attribute("Type"),
                                    target.startsWith("/")
                                            ? target.substring(1)
                                            : folder + target));
                }
            }
        }
        return relations;
    }

    private void styles(String name) throws IOException {
        Map<Integer, String> codes = new TreeMap<>();
        boolean cells = false;
        try (Part part = part(name)) {
            while (part.next()) {
                if (part.starts("numFmt")) {
                    codes.put(part.number("numFmtId", -1), part.attribute("formatCode"));
                } else if (part.starts("cellXfs")) {
                    cells = true;
                } else if (part.ends("cellXfs")) {
                    cells = false;
                } else if (cells && part.starts("xf")) {
                    if (styles.size() >= MOST_STYLES) {
                        throw broken("has too many formats");
                    }
                    int id = part.number("numFmtId", 0);
                    styles.add(ExcelFormat.of(id, codes.getOrDefault(id, "")));
                }
            }
        }
    }

    private void shared(String name) throws IOException {
        long characters = 0;
        try (Part part = part(name)) {
            while (part.next()) {
                if (part.starts("si")) {
                    String text = part.texts("si");
                    characters += text.length() + 16;
                    if (characters > MOST_SHARED) {
                        throw broken("has more texts than are read; save the sheet as CSV");
                    }
                    shared.add(text);
                }
            }
        }
    }

    /** Names of sheets in their order. */
    List<String> sheets() {
        return List.copyOf(sheets.keySet());
    }

    /** A sheet as lines. @throws Problem when there is none of that name */
    InputStream lines(String sheet, Names names) throws IOException {
        String part = sheets.get(sheet);
        if (part == null) {
            throw new Problem(
                    "there is no sheet %s in %s: it has %s"
                            .formatted(sheet, file, String.join(", ", sheets.keySet())));
        }
        return new Lines(part(part), names);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    // ---- rows ----

    /** A column's letters. @param column from 0 */
    static String letters(int column) {
        StringBuilder letters = new StringBuilder();
        for (int left = column + 1; left > 0; left = (left - 1) / 26) {
            letters.insert(0, (char) ('A' + (left - 1) % 26));
        }
        return letters.toString();
    }

    /** Made row by row, as they are read. */
    private final class Lines extends InputStream {
        private final Part part;
        private final Map<Integer, String> names = new TreeMap<>();
        private boolean named;
        private int row;
        private byte[] bytes = {};
        private int at;

        Lines(Part part, Names names) {
            this.part = part;
            this.named = names == Names.LETTERS;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            while (at == bytes.length) {
                if (!next()) {
                    return -1;
                }
            }
            int count = Math.min(length, bytes.length - at);
            System.arraycopy(bytes, at, into, offset, count);
            at += count;
            return count;
        }

        private boolean next() throws IOException {
            while (part.next()) {
                if (part.starts("row")) {
                    int number = part.number("r", row + 1);
                    if (number <= row || number > MOST_ROWS) {
                        throw broken("has a row %d behind row %d".formatted(number, row));
                    }
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    for (row++; row < number; row++) {
                        out.write('\n');
                    }
                    line(cells(), out);
                    out.write('\n');
                    bytes = out.toByteArray();
                    at = 0;
                    return true;
                }
            }
            return false;
        }

        private Map<Integer, Object> cells() throws IOException {
            Map<Integer, Object> cells = new TreeMap<>();
            int column = -1;
            while (part.next() && !part.ends("row")) {
                if (part.starts("c")) {
                    column = column(part.attribute("r"), column + 1);
                    Object value = value();
                    if (!value.equals("")) {
                        cells.put(column, value);
                    }
                }
            }
            return cells;
        }

        private int column(String place, int otherwise) {
            int column = 0;
            int i = 0;
            while (i < place.length()
                    && place.charAt(i) >= 'A'
                    && place.charAt(i) <= 'Z'
                    && column <= MOST_COLUMNS) {
                column = column * 26 + place.charAt(i++) - 'A' + 1;
            }
            column = column == 0 ? otherwise : column - 1;
            if (column >= MOST_COLUMNS) {
                throw broken("has a cell " + place + ", behind the last column");
            }
            return column;
        }

        /** Of the cell; an empty text for none. */
        private Object value() throws IOException {
            String type = part.attribute("t");
            String place = part.attribute("r");
            int style = part.number("s", -1);
            String text = "";
            while (part.next() && !part.ends("c")) {
                if (part.starts("v")) {
                    text = part.texts("v");
                } else if (part.starts("is")) {
                    text = part.texts("is");
                }
            }
            return switch (type) {
                case "s" -> {
                    int index = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
                    if (index < 0 || index >= shared.size()) {
                        throw broken("has a text in " + place + " that is not there");
                    }
                    yield shared.get(index);
                }
                case "b" -> text.isEmpty() ? "" : (Object) text.equals("1");
                case "", "n" -> text.isEmpty() ? "" : number(text, place, style);
                default -> text;
            };
        }

        private Object number(String text, String place, int style) {
            double number;
            try {
                number = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw broken("has a number in " + place + " that is none");
            }
            if (!Double.isFinite(number)) {
                throw broken("has a number in " + place + " that is none");
            }
            ExcelFormat format =
                    style >= 0 && style < styles.size() ? styles.get(style) : ExcelFormat.NUMBER;
            return format.value(number, since1904);
        }

        private void line(Map<Integer, Object> cells, ByteArrayOutputStream out)
                throws IOException {
            if (cells.isEmpty()) {
                return;
            }
            if (!named) {
                named = true;
                Set<String> seen = new HashSet<>();
                for (Map.Entry<Integer, Object> each : cells.entrySet()) {
                    String name = String.valueOf(each.getValue()).strip();
                    name = name.isEmpty() ? letters(each.getKey()) : name;
                    if (!seen.add(name.toLowerCase(Locale.ROOT))) {
                        throw broken("has two columns that are called " + name);
                    }
                    names.put(each.getKey(), name);
                }
                return;
            }
            try (JsonGenerator json = JSON.createGenerator(out)) {
                json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
                json.writeStartObject();
                for (Map.Entry<Integer, String> each : names.entrySet()) {
                    json.writeFieldName(each.getValue());
                    write(json, cells.remove(each.getKey()));
                }
                // What stands beside the names has a column of its own, and is not passed over.
                for (Map.Entry<Integer, Object> each : cells.entrySet()) {
                    json.writeFieldName(letters(each.getKey()));
                    write(json, each.getValue());
                }
                json.writeEndObject();
            }
        }

        private static void write(
                JsonGenerator json, @org.jspecify.annotations.Nullable Object value)
                throws IOException {
            switch (value) {
                case null -> json.writeNull();
                case Boolean truth -> json.writeBoolean(truth);
                case Long whole -> json.writeNumber(whole);
                case Double real -> json.writeNumber(real);
                default -> json.writeString(value.toString());
            }
        }

        @Override
        public void close() throws IOException {
            part.close();
        }
    }

    // ---- parts ----

    private Part part(String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw broken("lacks its part " + name);
        }
        try {
            return new Part(name, zip.getInputStream(entry));
        } catch (ZipException e) {
            throw broken("cannot be unpacked: " + e.getMessage());
        }
    }

    /** XML of the package, read from begin to end. */
    private final class Part implements AutoCloseable {
        private final String name;
        private final InputStream in;
        private final XMLStreamReader xml;
        private int event;

        Part(String name, InputStream packed) throws IOException {
            this.name = name;
            this.in = new Bounded(packed);
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            factory.setProperty(XMLInputFactory.IS_COALESCING, false);
            try {
                this.xml = factory.createXMLStreamReader(in);
            } catch (XMLStreamException e) {
                in.close();
                throw broken("has a part that is no XML: " + name);
            }
        }

        boolean next() throws IOException {
            try {
                if (!xml.hasNext()) {
                    return false;
                }
                event = xml.next();
                if (event == XMLStreamConstants.DTD
                        || event == XMLStreamConstants.ENTITY_REFERENCE) {
                    throw broken("declares entities, which no workbook does: " + name);
                }
                return event != XMLStreamConstants.END_DOCUMENT;
            } catch (XMLStreamException e) {
                if (e.getNestedException() instanceof IOException cause) {
                    throw cause;
                }
                throw broken("has a part that is no XML: " + name);
            }
        }

        boolean starts(String element) {
            return event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals(element);
        }

        boolean ends(String element) {
            return event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals(element);
        }

        /** Empty for none. */
        String attribute(String local) {
            for (int i = 0; i < xml.getAttributeCount(); i++) {
                if (xml.getAttributeLocalName(i).equals(local)) {
                    return xml.getAttributeValue(i);
                }
            }
            return "";
        }

        int number(String local, int otherwise) {
            String text = attribute(local);
            return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : otherwise;
        }

        /**
         * All text in the present element, which it leaves at its end: of a rich text its runs
         * ({@code t}), without what says how it is spoken ({@code rPh}).
         */
        String texts(String element) throws IOException {
            StringBuilder text = new StringBuilder();
            boolean runs = !element.equals("v");
            boolean within = !runs;
            boolean spoken = false;
            while (next() && !ends(element)) {
                if (runs && starts("t") || runs && ends("t")) {
                    within = starts("t");
                } else if (starts("rPh") || ends("rPh")) {
                    spoken = starts("rPh");
                } else if (within
                        && !spoken
                        && (event == XMLStreamConstants.CHARACTERS
                                || event == XMLStreamConstants.CDATA
                                || event == XMLStreamConstants.SPACE)) {
                    text.append(xml.getText());
                    if (text.length() > LONGEST_CELL) {
                        throw broken("has a text of more than " + LONGEST_CELL + " characters");
                    }
                }
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            try {
                xml.close();
            } catch (XMLStreamException e) {
                throw new IOException(e);
            } finally {
                in.close();
            }
        }
    }

    /** A part is packed a thousand times at most; so a small file could unpack to very much. */
    private final class Bounded extends FilterInputStream {
        private long left = mostBytes;

        Bounded(InputStream in) {
            super(in);
        }

        private int counted(int count) {
            left -= Math.max(0, count);
            if (left < 0) {
                throw broken("unpacks to more than %,d bytes".formatted(mostBytes));
            }
            return count;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            counted(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return counted(super.read(into, offset, length));
        }
    }
}
