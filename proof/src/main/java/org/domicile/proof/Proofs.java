package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** The proofs by name. */
enum Proofs {
    /** SIGKILL under load, at random moments and at each crash point in turn. */
    CRASH(
            "crash",
            "kill the server under load, at random and at named points, and check everything"),
    /** The file system loses its power under load. */
    POWER("power", "cut the power of the disk under load and check everything (needs root)");

    private final String word;
    private final String summary;

    Proofs(String word, String summary) {
        this.word = word;
        this.summary = summary;
    }

    String word() {
        return word;
    }

    String summary() {
        return summary;
    }

    /**
     * How one is run.
     *
     * @param count deaths @param work a folder for what must outlive them
     * @param fileSystem for power cuts @param told hears of each round
     */
    record Asked(
            int count,
            Path work,
            long seed,
            LoopVolume.FileSystem fileSystem,
            Consumer<String> told) {}

    Figures run(Asked asked) throws IOException, InterruptedException {
        Site site =
                switch (this) {
                    case CRASH -> new Site.Folder(asked.work());
                    case POWER -> new Site.Volume(new LoopVolume(asked.fileSystem()));
                };
        Random random = new Random(asked.seed());
        try (Rounds rounds =
                new Rounds(site, asked.work(), asked.seed(), asked.told(), List.of())) {
            int point = random.nextInt(Moment.POINTS.size());
            int round = 0;
            while (rounds.deaths() < asked.count()) {
                boolean atPoint =
                        switch (this) {
                            case CRASH -> round % 2 == 1;
                            case POWER -> false;
                        };
                rounds.play(
                        atPoint
                                ? at(Moment.POINTS.get(point++ % Moment.POINTS.size()), random)
                                : afterLoad(random));
                round++;
            }
            return rounds.finish(word);
        }
    }

    static Moment at(Moment.Point point, Random random) {
        return new Moment.AtPoint(point, 1 + random.nextInt(point.passes()));
    }

    static Moment afterLoad(Random random) {
        return new Moment.AfterLoad(Duration.ofMillis(50 + random.nextInt(400)));
    }
}
