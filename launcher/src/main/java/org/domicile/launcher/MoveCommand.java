package org.domicile.launcher;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Buckets that move in or out. */
@Command(
        name = "move",
        description = {
            "See and steer buckets that move. 'import --from' and 'export' begin a move; the server"
                    + " carries it out, also after a restart."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile move list"},
        subcommands = {
            MoveCommand.Listed.class,
            MoveCommand.Watch.class,
            MoveCommand.Report.class,
            MoveCommand.Stop.class,
            MoveCommand.Resume.class,
            MoveCommand.Forget.class
        })
final class MoveCommand {
    private MoveCommand() {}

    @Command(
            name = "list",
            description = "List moves, the newest first.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile move list"})
    static final class Listed extends ServerCommand {
        @Override
        public Integer call() {
            List<Json.Row> rows = admin().list("/v1/moves");
            Table table =
                    new Table()
                            .field("move", "move")
                            .field("way", "direction")
                            .field("target", "target")
                            .field("there", "remote")
                            .field("here", "bucket")
                            .field("state", "state")
                            .number("carried", row -> "%,d".formatted(row.number("carried")))
                            .number("left", row -> "%,d".formatted(row.number("left")))
                            .column("started", Columns.minute("started"));
            output().list(rows, table, "no moves; 'import --from' and 'export' begin one");
            return 0;
        }
    }

    /** One that concerns one move. */
    abstract static class OfMove extends ServerCommand {
        @Parameters(paramLabel = "MOVE", description = "Its id; 'move list' shows it.")
        String id = "";

        final Integer steered(String verb, String sentence) {
            Json.Row move =
                    admin().post("/v1/moves/" + AdminClient.segment(id) + "/" + verb, Json.row());
            output().result(move, sentence.formatted(move.text("move")));
            return 0;
        }
    }

    @Command(
            name = "watch",
            description = "Watch a move until it ends, and say what became of it.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile move watch 3f2a9c0d1e4b5a67"})
    static final class Watch extends OfMove {
        @Override
        public Integer call() {
            return new MoveWatch(admin(), output()).untilTheEnd(id);
        }
    }

    @Command(
            name = "report",
            description = {
                "Say of each version what became of it, and by what it was compared; --json gives"
                        + " one object a line."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile move report 3f2a9c0d1e4b5a67 --left"})
    static final class Report extends OfMove {
        @Option(names = "--left", description = "Only what could not be carried, or not at first.")
        boolean left;

        private static boolean isLeft(Json.Row row) {
            return row.text("fate").equals("left") || row.text("fate").equals("waiting");
        }

        @Override
        public Integer call() {
            Table table =
                    new Table()
                            .field("fate", "fate")
                            .field("name", "name")
                            .field("from", "from")
                            .field("to", "to")
                            .number("size", row -> Times.size(row.number("size")))
                            .field("by", "by");
            MoveWatch.Lines lines = new MoveWatch(admin(), output()).report(id);
            boolean any = false;
            while (lines.next()) {
                List<Json.Row> rows =
                        lines.rows().stream().filter(row -> !left || isLeft(row)).toList();
                if (!rows.isEmpty()) {
                    any = true;
                    output().list(rows, table, "");
                }
            }
            if (!any && !output().json()) {
                output().out().println(left ? "nothing was left" : "nothing is reported yet");
                output().out().flush();
            }
            return 0;
        }
    }

    @Command(
            name = "stop",
            description = "Stop a move; what was carried stays, and it can go on.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile move stop 3f2a9c0d1e4b5a67"})
    static final class Stop extends OfMove {
        @Override
        public Integer call() {
            return steered("stop", "move %s is stopped");
        }
    }

    @Command(
            name = "resume",
            description = "Let a move go on that was stopped or failed.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile move resume 3f2a9c0d1e4b5a67"})
    static final class Resume extends OfMove {
        @Override
        public Integer call() {
            return steered("resume", "move %s goes on");
        }
    }

    @Command(
            name = "forget",
            description =
                    "Forget a move that does not run: its report, and the other server's"
                            + " credential. What was carried stays.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile move forget 3f2a9c0d1e4b5a67"})
    static final class Forget extends OfMove {
        @Override
        public Integer call() {
            return steered("forget", "move %s is forgotten");
        }
    }
}
