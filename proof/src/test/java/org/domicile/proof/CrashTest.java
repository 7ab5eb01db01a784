package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The running program dies under load, at every named crash point and at random moments, and comes
 * back with all that it had acknowledged. Two installations side by side, each with half of the
 * points: what costs is the start of a server, and a machine has two cores.
 */
class CrashTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final int LANES = 2;
    private static final int DEATHS_EACH = 26;

    @TempDir Path folder;

    @Test
    void whatWasAcknowledgedOutlivesEveryDeath() throws Exception {
        System.out.println("seed " + SEED);
        List<Moment.Point> points = new ArrayList<>(Moment.POINTS);
        Collections.shuffle(points, new Random(SEED));
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            lanes.add(new Lane(folder.resolve("lane-" + i), SEED + i));
        }
        for (int i = 0; i < points.size(); i++) {
            lanes.get(i % LANES).points.add(points.get(i));
        }
        List<Future<Figures>> ends;
        try (ExecutorService threads = Executors.newFixedThreadPool(LANES)) {
            ends = lanes.stream().map(lane -> threads.submit(lane::run)).toList();
        }
        List<String> violations = new ArrayList<>();
        TreeSet<String> reached = new TreeSet<>();
        int passed = 0;
        for (int i = 0; i < LANES; i++) {
            Figures figures = ends.get(i).get();
            System.out.println(figures.line());
            violations.addAll(figures.violations());
            reached.addAll(lanes.get(i).reached);
            passed += figures.passed();
        }
        assertEquals(List.of(), violations, "again: -Ddomicile.seed=" + SEED);
        TreeSet<String> names = new TreeSet<>();
        points.forEach(point -> names.add(point.name()));
        assertEquals(names, reached, "points where it died; again: -Ddomicile.seed=" + SEED);
        assertTrue(passed >= LANES * DEATHS_EACH, "only " + passed + " deaths");
    }

    /** One installation after the other, and the deaths of its servers. Owned by one thread. */
    private static final class Lane {
        final Path folder;
        final long seed;
        final List<Moment.Point> points = new ArrayList<>();
        List<String> reached = List.of();

        Lane(Path folder, long seed) {
            this.folder = folder;
            this.seed = seed;
        }

        Figures run() throws Exception {
            Files.createDirectories(folder);
            Random random = new Random(seed);
            List<Moment> moments = new ArrayList<>();
            points.forEach(point -> moments.add(Proofs.at(point, random)));
            while (moments.size() < DEATHS_EACH) {
                moments.add(Proofs.afterLoad(random));
            }
            Collections.shuffle(moments, random);
            // a founding begins anew, so it comes before there is something to lose
            moments.sort(Comparator.comparing(moment -> !isFounding(moment)));
            try (Rounds rounds =
                    new Rounds(
                            new Site.Folder(folder),
                            folder,
                            seed,
                            line -> System.out.println(folder.getFileName() + ": " + line),
                            List.of())) {
                for (Moment moment : moments) {
                    rounds.play(moment);
                }
                Figures figures = rounds.finish("crash");
                reached = rounds.reached();
                return figures;
            }
        }

        private static boolean isFounding(Moment moment) {
            return moment instanceof Moment.AtPoint at
                    && at.point().occasion() == Moment.Occasion.FOUNDING;
        }
    }
}
