package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.domicile.walls.JavaChild;
import org.jspecify.annotations.Nullable;

/**
 * The engine's jar, taken apart once: its classes in a jar without native libraries, and beside it
 * the one library of this machine. So all workers map one file, where each would unpack 60 MB of
 * its own.
 */
final class EngineJar {
    /** As the driver looks for it by name. */
    static final String LIBRARY = "libduckdb_java.so";

    private static final Object ONE_AT_A_TIME = new Object();
    private static @Nullable UserPrincipal us; // behind it

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
            own(folder);
            Path made = folder.resolve(jar.getFileName() + "-" + Files.size(jar)).toAbsolutePath();
            Path classes = made.resolve("engine.jar");
            if (!Files.exists(classes)) {
                Files.createDirectories(made);
                sweep(made);
                unpackInto(jar, made);
                // Last, so that what was cut off is done again.
                Files.move(fresh(classes), classes, StandardCopyOption.ATOMIC_MOVE);
            }
            return classes;
        }
    }

    /**
     * Made for this program's user alone where it is not there. What lies in it runs in every
     * worker, so it is nobody else's. One of ours that others could write to, as an umask of 002
     * makes them, is made anew: whatever lies in it may be anybody's.
     *
     * @throws IOException when it is not ours
     */
    private static void own(Path folder) throws IOException {
        make(folder);
        PosixFileAttributes is = Files.readAttributes(folder, PosixFileAttributes.class);
        boolean shared =
                is.permissions().contains(PosixFilePermission.GROUP_WRITE)
                        || is.permissions().contains(PosixFilePermission.OTHERS_WRITE);
        boolean ours = is.owner().equals(we(folder));
        if (shared && ours) {
            JavaChild.remove(folder);
            make(folder);
        } else if (shared || !(ours || is.owner().getName().equals("root"))) {
            throw new IOException(
                    folder
                            + " is for the libraries that workers run, and others may write there;"
                            + " chmod 700 it, or name another one (sql.engines)");
        }
    }

    private static void make(Path folder) throws IOException {
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Whom a file of ours belongs to; null where we make none. */
    private static @Nullable UserPrincipal we(Path folder) throws IOException {
        if (us != null || !Files.isWritable(folder)) {
            return us;
        }
        Path ours = Files.createTempFile(folder, "whose", "");
        try {
            us = Files.getOwner(ours);
            return us;
        } finally {
            Files.delete(ours);
        }
    }

    /** What other programs, which have ended, did not finish. */
    private static void sweep(Path made) throws IOException {
        try (Stream<Path> all = Files.list(made)) {
            for (Path each : all.toList()) {
                String name = each.getFileName().toString();
                String last = name.substring(name.lastIndexOf('.') + 1);
                if (last.matches("[0-9]{1,9}")
                        && ProcessHandle.of(Long.parseLong(last)).isEmpty()) {
                    Files.deleteIfExists(each);
                }
            }
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
