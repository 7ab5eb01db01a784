package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.domicile.backup.Backup;
import org.domicile.backup.Check;
import org.domicile.backup.Rate;
import org.domicile.backup.Repository;
import org.domicile.backup.Retention;
import org.domicile.backup.Snapshot;
import org.domicile.backup.Source;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies the data folder, whether a server runs on it or not. */
@Command(
        name = "backup",
        description = {
            "Copy the data folder into DIR, whether its server runs or not: keyspace, blobs and"
                    + " ledger as they were at one moment. Only what is new since the last backup"
                    + " there is copied. A backup that was cut short leaves the ones before it as"
                    + " they were; running it again goes on.",
            "Keys are not in it, and without them nothing in it can be opened: keep the key store"
                    + " in two places (keys.places), and the root key apart."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {"", "Example: ./domicile backup /mnt/backup/cloud --keep 30 --rate 50MiB"},
        subcommands = {BackupCommand.Listed.class, BackupCommand.Checked.class})
final class BackupCommand implements Callable<Integer> {
    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "The folder of the backups; made when it is not there.")
    @Nullable Path folder;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "Then keep the newest N backups, and remove older ones (default: all).")
    int keep;

    @Mixin RateOption rate = new RateOption();

    @Override
    public Integer call() {
        if (folder == null) {
            throw Input.wrong(spec, "say where to: a folder for the backups");
        }
        if (keep < 0) {
            throw Input.wrong(spec, "--keep is a number of backups, at least 1");
        }
        Path path = folder.toAbsolutePath().normalize();
        Folder data = common.folder();
        if (path.startsWith(data.path()) || data.path().startsWith(path)) {
            throw new Problem(
                    "%s and the data folder %s lie in each other: name another folder, on another disk"
                            .formatted(path, data.path()));
        }
        return said(() -> make(path, data));
    }

    private int make(Path path, Folder data) throws IOException {
        Rate pace = rate.rate(spec);
        Output output = Output.of(spec, common);
        try (DataSource source = DataSource.of(data, Disk.real());
                Repository repository =
                        Repository.open(path, Disk.real(), family(source.origin()))) {
            Source.Size size = source.source().size();
            Backup.Made made;
            try (Progress progress = Progress.bytes(output.err(), size.bytes())) {
                made =
                        Backup.run(
                                repository,
                                source.source(),
                                new Snapshot.Facts(
                                        source.origin(),
                                        Instant.now(),
                                        Main.version(),
                                        source.entries()),
                                Clock.systemUTC(),
                                pace,
                                new Drawn(progress));
            }
            Retention.Gone gone =
                    keep == 0 ? new Retention.Gone(List.of(), 0) : Retention.keep(repository, keep);
            tell(output, path, made, gone);
        }
        return 0;
    }

    private static void tell(Output output, Path path, Backup.Made made, Retention.Gone gone) {
        Snapshot snapshot = made.snapshot();
        output.result(
                Json.row(
                        "snapshot",
                        snapshot.id(),
                        "folder",
                        path,
                        "taken",
                        snapshot.facts().taken(),
                        "files",
                        snapshot.size().files(),
                        "bytes",
                        snapshot.size().bytes(),
                        "new",
                        made.newBytes(),
                        "removed",
                        new ArrayList<Object>(gone.snapshots())),
                "backup %s: %,d files, %s, of which %s are new%s"
                        .formatted(
                                snapshot.id(),
                                snapshot.size().files(),
                                Times.size(snapshot.size().bytes()),
                                Times.size(made.newBytes()),
                                gone.snapshots().isEmpty()
                                        ? ""
                                        : "; %d older ones removed, %s"
                                                .formatted(
                                                        gone.snapshots().size(),
                                                        Times.size(gone.bytes()))));
    }

    /**
     * Whose backups may lie together: an installation's, whatever restores have renamed its logs.
     */
    private static String family(String origin) {
        return origin.replaceFirst("(-\\d+(-[0-9a-f]{8})?)?/public$", "");
    }

    /** What may fail here, as a sentence. */
    interface Work {
        int run() throws IOException;
    }

    static int said(Work work) {
        try {
            return work.run();
        } catch (StorageFailure e) {
            throw new Problem(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new Problem("it broke off: " + e + "; run the same command again to go on");
        }
    }

    /** Progress, drawn. */
    record Drawn(Progress progress) implements org.domicile.backup.Meter {
        @Override
        public void moved(long bytes, String file) {
            progress.add(bytes, "");
        }

        @Override
        public void present(long bytes, String file) {
            progress.skip(bytes, "");
        }
    }

    /** How fast. */
    static final class RateOption {
        @Option(
                names = "--rate",
                paramLabel = "SIZE",
                description = "Read at most so much a second, such as 50MiB (default: no bound).")
        String rate = "";

        Rate rate(CommandSpec spec) {
            try {
                return rate.isEmpty() ? Rate.unbounded() : Rate.of(Times.bytes(rate));
            } catch (IllegalArgumentException e) {
                throw Input.wrong(spec, "--rate: " + e.getMessage());
            }
        }
    }

    /** Lists them. */
    @Command(
            name = "list",
            description = "List the backups in DIR, oldest first.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile backup list /mnt/backup/cloud"})
    static final class Listed implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "DIR", description = "The folder of the backups.")
        Path folder = Path.of("");

        @Override
        public Integer call() {
            return said(() -> {
                try (Repository repository = Repository.read(folder, Disk.real())) {
                    List<Json.Row> rows = new ArrayList<>();
                    for (String id : repository.ids()) {
                        rows.add(row(repository.snapshot(id)));
                    }
                    Output.of(spec, common)
                            .list(
                                    rows,
                                    new Table()
                                            .field("snapshot", "snapshot")
                                            .number("files", row -> row.text("files"))
                                            .number("size", row -> Times.size(row.number("bytes")))
                                            .field("log", "log")
                                            .field("program", "version"),
                                    "There is no finished backup in " + folder + ".");
                }
                return 0;
            });
        }

        private static Json.Row row(Snapshot snapshot) {
            return Json.row(
                    "snapshot",
                    snapshot.id(),
                    "taken",
                    snapshot.facts().taken(),
                    "files",
                    snapshot.size().files(),
                    "bytes",
                    snapshot.size().bytes(),
                    "log",
                    snapshot.facts().origin(),
                    "entries",
                    snapshot.facts().entries(),
                    "version",
                    snapshot.facts().version());
        }
    }

    /** Verifies them. */
    @Command(
            name = "check",
            description = {
                "Read all backups in DIR: every byte against its checksum, and whether each backup"
                        + " has all of its files. Needs neither keys nor a server."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile backup check /mnt/backup/cloud"})
    static final class Checked implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "DIR", description = "The folder of the backups.")
        Path folder = Path.of("");

        @Mixin RateOption rate = new RateOption();

        @Override
        public Integer call() {
            return said(this::check);
        }

        private int check() throws IOException {
            Rate pace = rate.rate(spec);
            Output output = Output.of(spec, common);
            Check.Report report;
            try (Repository repository = Repository.read(folder, Disk.real());
                    Progress progress = Progress.bytes(output.err(), Check.bytes(repository))) {
                report = Check.run(repository, pace, new Drawn(progress));
            }
            for (Map.Entry<String, List<String>> each : report.faults().entrySet()) {
                List<String> faults = each.getValue();
                output.result(
                        Json.row(
                                "snapshot",
                                each.getKey(),
                                "sound",
                                faults.isEmpty(),
                                "faults",
                                new ArrayList<Object>(faults)),
                        faults.isEmpty()
                                ? each.getKey() + " is whole"
                                : each.getKey() + " is damaged:\n  " + String.join("\n  ", faults));
            }
            if (!report.sound()) {
                throw new Problem(
                        "some backups cannot be restored whole; make a new backup into another"
                                + " folder, and look at the disk of this one");
            }
            if (!output.json()) {
                output.out()
                        .println(
                                "%,d objects read, %s"
                                        .formatted(report.objects(), Times.size(report.bytes())));
                output.out().flush();
            }
            return 0;
        }
    }
}
