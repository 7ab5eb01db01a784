package org.domicile.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cases with known answers: our own, and Cedar's where they are on the machine. */
class ConformanceTest {
    @Test
    void ourOwnCasesPass() {
        checkOurOwn();
    }

    private static void checkOurOwn() {
        Conformance.Report report = Conformance.run(Cases.folder());
        assertEquals(List.of(), report.failed());
        assertEquals(2, report.passed());
        assertEquals(6, report.requests());
    }

    @Test
    void whatIsWrongIsFound(@TempDir Path folder) throws IOException {
        for (String name : List.of("policies.cedar", "entities.json", "schema.cedarschema")) {
            Files.writeString(folder.resolve(name), Cases.text(name));
        }
        String right = Cases.text("case.json");
        List<String> wrong =
                List.of(
                        right.replaceFirst("\"allow\"", "\"deny\""),
                        right.replaceFirst("\"policy1\"", "\"policy3\""),
                        right.replaceFirst("\"errors\": \\[\"policy2\"]", "\"errors\": []"),
                        right.replace("\"shouldValidate\": true", "\"shouldValidate\": false"),
                        right.replaceFirst("\"10.9.9.9\"", "10"),
                        right.replace("policies.cedar", "../policies.cedar"),
                        right.replace("policies.cedar", "missing.cedar"),
                        right + "]");
        for (int i = 0; i < wrong.size(); i++) {
            Files.writeString(folder.resolve("case" + i + ".json"), wrong.get(i));
        }
        Files.writeString(folder.resolve("right.json"), right);
        Conformance.Report report = Conformance.run(folder);
        assertEquals(1, report.passed());
        assertEquals(wrong.size(), report.failed().size());
    }

    /** Where the archive is not on the machine, this says so, and the cases above have run. */
    @Test
    void publishedCasesPassWhereTheirArchiveIsOnTheMachine(@TempDir Path folder)
            throws IOException {
        Path archive = archive();
        if (archive == null) {
            System.out.println(
                    "Cedar's published cases are not on this machine (looked for"
                            + " shared/conformance/cedar/cedar-cases.tar.gz above the checkout):"
                            + " ran our own alone");
            checkOurOwn();
            return;
        }
        unpack(archive, folder);
        Conformance.Report report = Conformance.run(folder);
        System.out.println(
                "Cedar's published cases: %d passed with %d requests, %d failed"
                        .formatted(report.passed(), report.requests(), report.failed().size()));
        assertEquals(List.of(), report.failed());
        assertTrue(report.passed() >= 3985, "passed " + report.passed());
    }

    private static @Nullable Path archive() {
        for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
            Path archive = above.resolve("shared/conformance/cedar/cedar-cases.tar.gz");
            if (Files.isRegularFile(archive)) {
                return archive;
            }
        }
        return null;
    }

    /** A tar is 512-byte headers, each with a name and an octal size, and padded contents. */
    private static void unpack(Path archive, Path folder) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive))) {
            for (byte[] header = in.readNBytes(512);
                    header.length == 512 && header[0] != 0;
                    header = in.readNBytes(512)) {
                String name = field(header, 0, 100);
                int size = Integer.parseInt(field(header, 124, 12).trim(), 8);
                byte[] content = in.readNBytes(size);
                in.skipNBytes((512 - size % 512) % 512);
                if (header[156] == '0' || header[156] == 0) {
                    Path file = folder.resolve(name).normalize();
                    assertTrue(file.startsWith(folder), name);
                    Files.createDirectories(file.getParent());
                    Files.write(file, content);
                }
            }
        }
    }

    private static String field(byte[] header, int from, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = from; i < from + length && header[i] != 0; i++) {
            out.write(header[i]);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
