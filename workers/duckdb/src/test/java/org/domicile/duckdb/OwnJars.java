package org.domicile.duckdb;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.domicile.query.QueryOptions;

/**
 * A class path of jars alone, as installations have one: while a module is built its own classes
 * are a folder, of which Java archives nothing.
 */
record OwnJars(QueryOptions.ClassPath whole) implements QueryOptions.ClassPath {
    private static final Path FOLDER =
            Path.of(System.getProperty("java.io.tmpdir"), "domicile-test-jars");

    @Override
    public List<Path> places() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (Path place : whole.places()) {
            jars.add(Files.isDirectory(place) ? jar(place) : place);
        }
        return jars;
    }

    /** The same file for the same classes, so that an archive made of it holds. */
    private static synchronized Path jar(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        long mark = folder.hashCode();
        for (Path file : files) {
            mark = 31 * mark + Files.getLastModifiedTime(file).toMillis() + Files.size(file);
        }
        Path jar = FOLDER.resolve(Long.toHexString(mark) + ".jar");
        if (!Files.exists(jar)) {
            Files.createDirectories(FOLDER);
            Path fresh = Files.createTempFile(FOLDER, "own", ".part");
            try (OutputStream out = Files.newOutputStream(fresh);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                for (Path file : files) {
                    zip.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                    Files.copy(file, zip);
                }
            }
            Files.move(fresh, jar);
        }
        return jar;
    }
}
