package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Where installations lie, and how their server dies there. */
sealed interface Site extends AutoCloseable {
    /** A folder that everything of one installation lies in. */
    Path ground();

    /** Ends the server; afterwards the disk is as this kind of death leaves it. */
    void strike(Server server) throws IOException, InterruptedException;

    @Override
    void close() throws IOException, InterruptedException;

    /** Data folder of an installation. */
    default Path data(int installation) {
        return ground().resolve("installation-" + installation).resolve("data");
    }

    /** Its key places: two, so that copies can differ after a crash. */
    default List<Path> keys(int installation) {
        Path folder = ground().resolve("installation-" + installation);
        return List.of(folder.resolve("keys-a"), folder.resolve("keys-b"));
    }

    /** Makes room for an installation. */
    default void prepare(int installation) throws IOException {
        for (Path place : keys(installation)) {
            Files.createDirectories(
                    place,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Removes an installation. */
    default void discard(int installation) throws IOException {
        delete(ground().resolve("installation-" + installation));
    }

    /** A folder of the machine: death is SIGKILL, and the page cache lives on. */
    record Folder(Path ground) implements Site {
        @Override
        public void strike(Server server) throws InterruptedException {
            server.kill();
        }

        @Override
        public void close() {}
    }

    /** A volume of its own: processor and disk lose their power, in this order. */
    record Volume(LoopVolume volume) implements Site {
        @Override
        public Path ground() {
            return volume.mountPoint();
        }

        @Override
        public void strike(Server server) throws IOException, InterruptedException {
            server.freeze();
            volume.cut();
            server.kill();
            volume.revive();
        }

        @Override
        public void close() throws IOException, InterruptedException {
            volume.close();
        }
    }

    /** Deletes a folder with all that is in it; nothing happens when it is not there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(java.util.Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.delete(each);
        }
    }
}
