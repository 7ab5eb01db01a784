package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.domicile.backup.Rate;
import org.domicile.backup.Repository;
import org.domicile.backup.Restore;
import org.domicile.backup.Snapshot;
import org.domicile.bytes.Disk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a backup back into an empty data folder. */
@Command(
        name = "restore",
        description = {
            "Bring a backup back into an empty data folder (--data), verifying every byte. A"
                    + " restore that was cut short leaves a folder that does not start; running it"
                    + " again goes on.",
            "The logs of the restored folder go on under a new name, and the public log says so:"
                    + " what was signed after the backup is never contradicted. The keys are those"
                    + " in keys.places: what was destroyed since stays destroyed.",
            "Where the folder that is replaced can still be read, name it with --newer: later"
                    + " retentions and holds, and the clock, are taken over from it, and what its"
                    + " public log says since the backup is listed."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile restore /mnt/backup/cloud --data /srv/cloud"})
final class RestoreCommand implements Callable<Integer> {
    private static final Set<String> OF_THE_RESTORE = Set.of("lock", "lost+found", "restoring.new");

    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "The folder of the backups.")
    Path folder = Path.of("");

    @Option(
            names = "--snapshot",
            paramLabel = "ID",
            description = "Which one (default: the newest); './domicile backup list' names them.")
    String snapshot = "";

    @Option(
            names = "--newer",
            paramLabel = "FOLDER",
            description = "The data folder that is replaced, stopped, where it can still be read.")
    @Nullable Path newer;

    @Mixin BackupCommand.RateOption rate = new BackupCommand.RateOption();

    @Override
    public Integer call() {
        return BackupCommand.said(this::restore);
    }

    private int restore() throws IOException {
        Disk disk = Disk.real();
        Rate pace = rate.rate(spec);
        Output output = Output.of(spec, common);
        Folder data = common.folder();
        if (data.path().startsWith(folder.toAbsolutePath().normalize())) {
            throw new Problem(
                    "%s lies among the backups: name another folder with --data"
                            .formatted(data.path()));
        }
        try (Repository repository = Repository.read(folder, disk)) {
            Optional<Restored> begun = Restored.unfinished(data, disk);
            Snapshot chosen = chosen(repository, begun, data);
            if (begun.isEmpty()) {
                checkEmpty(data, disk);
                disk.createDirectories(data.path());
            }
            try (Folder.Lock _ = locked(data)) {
                Restored restored =
                        begun.orElseGet(() -> Restored.of(chosen.id(), new SecureRandom()));
                if (begun.isEmpty()) {
                    restored.begin(data, disk);
                }
                if (restored.stage() == Restored.Stage.COPYING) {
                    copy(output, repository, chosen, data, pace);
                    restored = restored.copied(data, disk);
                }
                Optional<NewerFolder> taken = takenOver(data, chosen);
                restored.finish(data, disk);
                new RestoreReport(chosen, data, taken).tell(output, common);
            }
        }
        return 0;
    }

    private static void copy(
            Output output, Repository repository, Snapshot chosen, Folder data, Rate pace)
            throws IOException {
        try (Progress progress = Progress.bytes(output.err(), chosen.size().bytes())) {
            Restore.run(repository, chosen, places(data), pace, new BackupCommand.Drawn(progress));
        }
    }

    private Optional<NewerFolder> takenOver(Folder data, Snapshot chosen) throws IOException {
        if (newer == null) {
            return Optional.empty();
        }
        Folder other = new Folder(newer.toAbsolutePath().normalize());
        return Optional.of(NewerFolder.into(data, other, chosen.facts().entries()));
    }

    private static Folder.Lock locked(Folder data) throws IOException {
        try {
            return data.lock();
        } catch (Folder.Taken e) {
            throw new Problem(String.valueOf(e.getMessage()));
        }
    }

    private Snapshot chosen(Repository repository, Optional<Restored> begun, Folder data)
            throws IOException {
        if (begun.isPresent()) {
            String id = begun.get().snapshot();
            if (!snapshot.isEmpty() && !snapshot.equals(id)) {
                throw new Problem(
                        "%s holds part of a restore of %s: restore that one, or another into an empty folder"
                                .formatted(data.path(), id));
            }
            return repository.snapshot(id);
        }
        if (!snapshot.isEmpty()) {
            return repository.snapshot(snapshot);
        }
        return repository
                .newest()
                .orElseThrow(() -> new Problem("there is no finished backup in " + folder));
    }

    private static void checkEmpty(Folder data, Disk disk) throws IOException {
        List<String> there =
                disk.list(data.path()).stream()
                        .filter(name -> !OF_THE_RESTORE.contains(name))
                        .toList();
        if (!there.isEmpty() || (Files.exists(data.path()) && !Files.isDirectory(data.path()))) {
            throw new Problem(
                    "%s is not empty: restore into an empty folder. To replace a data folder, move it away first, and name it with --newer, so that nothing that is locked in it is forgotten"
                            .formatted(data.path()));
        }
    }

    private static Map<String, Path> places(Folder data) {
        return Map.of(
                DataSource.FORMAT, data.format(),
                DataSource.KEYSPACE, data.keyspace(),
                DataSource.BLOBS, data.blobs(),
                DataSource.LEDGER, data.ledger(),
                DataSource.ENDS, data.ledger());
    }
}
