package org.domicile.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The source tree as the root pom lists it. */
record Tree(Path root, List<Module> modules) {

    /** A module: its folder in the tree (`doors/http`). Its last part is its name. */
    record Module(Path folder) {
        String name() {
            return folder.getFileName().toString();
        }

        /** The part of the tree it stands in, which is its own name for those at the root. */
        String layer() {
            return folder.getName(0).toString();
        }
    }

    private static final Pattern LISTED = Pattern.compile("<module>([a-z0-9/-]+)</module>");

    /** Reads the tree that the tests run in. */
    static Tree read() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("domicile"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("not inside the source tree");
            }
        }
        try {
            String pom = Files.readString(folder.resolve("pom.xml"));
            List<Module> modules =
                    LISTED.matcher(pom)
                            .results()
                            .map(found -> new Module(Path.of(found.group(1))))
                            .toList();
            return new Tree(folder, modules);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All files of a kind below a module's sources ({@code main} or {@code test}). */
    List<Path> sources(Module module, String side, String ending) {
        Path folder = root.resolve(module.folder()).resolve("src").resolve(side);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
