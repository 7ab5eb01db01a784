package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Machine MACHINE = new Machine(2, "6.1", "ext4", 0.5, 3_400, 0.25);

    private static Figure figure(String who, double rate, long failed) {
        return new Figure(
                "PUT 4 KiB", who, "/s", rate, 1, 2, rate, 100, 20, failed, Server.DURABLE);
    }

    private static Report report() {
        Report report = new Report("s3", MACHINE);
        report.add(figure("domicile", 3_000, 0));
        report.add(figure("domicile", 1_000, 1));
        report.add(figure("domicile", 2_000, 2));
        report.add(figure("a \"peer\" | of ours", 10, 0));
        report.fact("ratio", 2.5, "two and a half times");
        return report;
    }

    @Test
    void takesTheMiddleOfTheRoundsAndAddsFailures() {
        Figure middle = report().median("PUT 4 KiB", "domicile").orElseThrow();
        assertEquals(2_000, middle.rate());
        assertEquals(3_000, middle.max());
        assertEquals(3, middle.failed());
        assertEquals(3, report().failed());
        assertEquals("2,000/s", middle.rated());
    }

    @Test
    void theJsonIsOneObjectInOneLine() throws IOException {
        String text = report().json("the line");
        assertFalse(text.contains("\n"));
        Map<String, Object> read = Json.object(text);
        assertEquals("s3", read.get("bench"));
        assertEquals("the line", read.get("line"));
        assertEquals(2.5, read.get("ratio"));
        List<?> figures = assertInstanceOf(List.class, read.get("figures"));
        assertEquals(2, figures.size());
        assertEquals(
                "a \"peer\" | of ours", assertInstanceOf(Map.class, figures.get(1)).get("who"));
        assertEquals(
                Server.DURABLE, assertInstanceOf(Map.class, figures.getFirst()).get("durable"));
        assertEquals(2L, assertInstanceOf(Map.class, read.get("machine")).get("cores"));
    }

    @Test
    void theTableHasARowForEachAndEndsWithTheLine() {
        String text = report().text("the line");
        List<String> rows = text.lines().filter(line -> line.startsWith("|")).toList();
        assertEquals(4, rows.size());
        assertEquals(1, rows.stream().map(String::length).distinct().count());
        assertTrue(text.endsWith("\nthe line"));
        assertTrue(text.contains("\ntwo and a half times\n"));
    }
}
