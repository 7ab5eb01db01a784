package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The engine's jar, taken apart once: its classes in a jar without native libraries, and beside it
 * the one library of this machine. So all workers map one file, where each would unpack 60 MB of
 * its own.
 */
final class EngineJar {
    /** As the driver looks for it by name. */
    static final String LIBRARY = "libduckdb_java.so";

    private static final Object ONE_AT_A_TIME = new Object();

    private EngineJar() {}

    /**
     * Unpacks a jar, if that was not done.
     *
     * @param jar as its makers ship it
     * @param folder where its parts are kept, by its name and size
     * @return the jar of classes; its library lies beside it
     */
    static Path unpack(Path jar, Path folder) throws IOException {
        synchronized (ONE_AT_A_TIME) {
            Path made = folder.resolve(jar.getFileName() + "-" + Files.size(jar)).toAbsolutePath();
            Path classes = made.resolve("engine.jar");
            if (!Files.exists(classes)) {
                Files.createDirectories(made);
                unpackInto(jar, made);
                // Last, so that what was cut off is done again.
                Files.move(fresh(classes), classes, StandardCopyOption.ATOMIC_MOVE);
            }
            return classes;
        }
    }

    private static void unpackInto(Path jar, Path made) throws IOException {
        String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        try (JarFile whole = new JarFile(jar.toFile());
                OutputStream file = Files.newOutputStream(fresh(made.resolve("engine.jar")));
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (ZipEntry entry : whole.stream().toList()) {
                if (entry.getName().equals(LIBRARY + "_linux_" + arch)) {
                    copy(whole, entry, made.resolve(LIBRARY));
                } else if (!entry.getName().startsWith(LIBRARY) && !entry.isDirectory()) {
                    out.putNextEntry(new ZipEntry(entry.getName()));
                    try (InputStream in = whole.getInputStream(entry)) {
                        in.transferTo(out);
                    }
                }
            }
        }
    }

    private static void copy(JarFile jar, ZipEntry entry, Path to) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            Files.copy(in, fresh(to), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(fresh(to), to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Of this process: another one may unpack the same. */
    private static Path fresh(Path file) {
        return file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    }
}
