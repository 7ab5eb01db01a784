package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GoalTest {
    private static final Machine MACHINE = new Machine(2, "6.1", "ext4", 0.5, 3_400, 0.25);

    private static Figure figure(String what, String who, double rate, double p50, double cpu) {
        return new Figure(what, who, "/s", rate, p50, 2, 9, cpu, 20, 0, Server.DURABLE);
    }

    private static String judged(double syncMillis, Figure... figures) {
        Report report = new Report("s3", MACHINE);
        for (Figure each : figures) {
            report.add(each);
        }
        Goal.judge(report, "domicile", syncMillis);
        return report.text("");
    }

    @Test
    void saysWhatWasReachedAndHowFarTheRestIs() {
        String text = judged(0.3, figure("PUT 4 KiB", "domicile", 9_900, 4, 260));
        assertTrue(text.contains("target of PUT 4 KiB: 9,000 rate: reached with 9,900"), text);
        assertTrue(text.contains("target of PUT 4 KiB: 130 µs of the server: 260, 50 %"), text);
        assertFalse(text.contains("best other"), text);
    }

    @Test
    void comparesWithTheBestOtherServerAndNotWithBare() {
        String text =
                judged(
                        0.3,
                        figure("mixed 4 KiB", "domicile", 4_000, 4, 100),
                        figure("mixed 4 KiB", BareBench.NAME, 40_000, 1, 10),
                        figure("mixed 4 KiB", "one", 1_000, 9, 900),
                        figure("mixed 4 KiB", "another", 2_000, 9, 900));
        assertTrue(text.contains("1.50 times the best other: reached with 2.00"), text);
    }

    @Test
    void aSlowDiskIsTakenFromTheLatency() {
        Figure figure = figure("PUT 4 KiB, one connection", "domicile", 700, 1.4, 100);
        assertTrue(judged(0.3, figure).contains("1.00 ms p50: 1.40, 71 %"));
        assertTrue(judged(0.8, figure).contains("1.00 ms p50: reached with 0.90"));
        assertEquals(judged(0.3, figure), judged(0.1, figure));
    }
}
