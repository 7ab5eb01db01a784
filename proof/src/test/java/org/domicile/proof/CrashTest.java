package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The running program dies under load, at every named crash point and at random moments, and comes
 * back with all that it had acknowledged.
 */
class CrashTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final int DEATHS = 50;
    private static final int RANDOM_BETWEEN = 1;

    @TempDir Path folder;

    private static int turn(Moment.Point point) {
        return switch (point.occasion()) {
            case FOUNDING -> 0;
            case LOAD, REPAIR -> 1;
            case COMPACTION -> 2;
        };
    }

    @Test
    void whatWasAcknowledgedOutlivesEveryDeath() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<Moment.Point> points = new ArrayList<>(Moment.POINTS);
        Collections.shuffle(points, random);
        // a first start has nothing before it, and compaction wants much that was deleted
        points.sort(Comparator.comparing(CrashTest::turn));
        TreeSet<String> names = new TreeSet<>();
        points.forEach(point -> names.add(point.name()));
        try (Rounds rounds =
                new Rounds(new Site.Folder(folder), folder, SEED, System.out::println, List.of())) {
            for (Moment.Point point : points) {
                rounds.play(Proofs.at(point, random));
                for (int i = 0; i < RANDOM_BETWEEN; i++) {
                    rounds.play(Proofs.afterLoad(random));
                }
            }
            while (rounds.deaths() < DEATHS) {
                rounds.play(Proofs.afterLoad(random));
            }
            Figures figures = rounds.finish("crash");
            System.out.println(figures.line());
            assertEquals(List.of(), figures.violations(), "-Ddomicile.seed=" + SEED);
            assertEquals(names, new TreeSet<>(rounds.reached()), "points where it died");
            assertTrue(figures.passed() >= DEATHS, figures::line);
        }
    }
}
