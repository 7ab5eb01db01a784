package org.domicile.flink;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.table.types.logical.RawType;

/** What an attempt to get out of a watch would want to find. */
final class Outside implements AutoCloseable {
    static final String WORD = "a planted word";

    private static final AtomicInteger MADE = new AtomicInteger();

    private static final Map<String, String> FUNCTIONS =
            Map.of(
                    "Reads",
                    "extends org.apache.flink.table.functions.ScalarFunction {"
                            + " public String eval(String path) throws Exception {"
                            + " return java.nio.file.Files.readString("
                            + "java.nio.file.Path.of(path)); } }",
                    "Calls",
                    "extends org.apache.flink.table.functions.ScalarFunction {"
                            + " public String eval(Integer port) throws Exception {"
                            + " try (var s = new java.net.Socket(\"127.0.0.1\", port)) {"
                            + " return new String(s.getInputStream().readAllBytes()); } } }",
                    "Lines",
                    "extends org.apache.flink.table.functions.TableFunction<String> {"
                            + " public void eval(String path) throws Exception {"
                            + " collect(java.nio.file.Files.readString("
                            + "java.nio.file.Path.of(path))); } }");

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger came = new AtomicInteger();

    Outside() throws IOException {
        Thread.ofVirtual()
                .start(() -> {
                    while (!server.isClosed()) {
                        try (Socket each = server.accept()) {
                            came.incrementAndGet();
                            each.getOutputStream().write(WORD.getBytes(StandardCharsets.UTF_8));
                        } catch (IOException _) {
                            // who came has gone, or it is over
                        }
                    }
                });
    }

    int port() {
        return server.getLocalPort();
    }

    /** How often somebody connected. */
    int visits() {
        return came.get();
    }

    /** How often code ran that bytes in a query name. */
    static int made() {
        return MADE.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** Functions that are in no class path. @return the archive that has them */
    static Path jar(Path folder) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        for (Map.Entry<String, String> each : FUNCTIONS.entrySet()) {
            Files.writeString(
                    classes.resolve(each.getKey() + ".java"),
                    "package away; public class " + each.getKey() + " " + each.getValue());
        }
        String[] options =
                Stream.concat(
                                Stream.of(
                                        "-proc:none",
                                        "-nowarn",
                                        "-d",
                                        classes.toString(),
                                        "-cp",
                                        System.getProperty("java.class.path")),
                                FUNCTIONS.keySet().stream()
                                        .map(each -> classes.resolve(each + ".java").toString()))
                        .toArray(String[]::new);
        if (ToolProvider.getSystemJavaCompiler()
                        .run(null, OutputStream.nullOutputStream(), null, options)
                != 0) {
            throw new IOException("the functions do not compile");
        }
        Path jar = folder.resolve("away.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String each : FUNCTIONS.keySet()) {
                out.putNextEntry(new JarEntry("away/" + each + ".class"));
                out.write(Files.readAllBytes(classes.resolve("away").resolve(each + ".class")));
            }
        }
        return Files.copy(jar, folder.resolve("more.jar")).resolveSibling("away.jar");
    }

    /** Of a serializer that Java makes of them, and that counts it: any class could be there. */
    static String bytes() {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.registerTypeWithKryoSerializer(Integer.class, new Made());
        return new RawType<>(Integer.class, new KryoSerializer<>(Integer.class, config))
                .getSerializerString();
    }

    /** Runs when it is read. */
    static final class Made extends Serializer<Integer> implements java.io.Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            MADE.incrementAndGet();
        }

        @Override
        public void write(Kryo kryo, Output output, Integer number) {
            output.writeInt(number);
        }

        @Override
        public Integer read(Kryo kryo, Input input, Class<? extends Integer> type) {
            return input.readInt();
        }
    }

    /** A procedure. */
    public static final class Fetch implements Procedure {
        /** Reads a file. */
        public String[] call(ProcedureContext context, String path) throws IOException {
            return new String[] {Files.readString(Path.of(path))};
        }
    }

    /** A catalog that has a procedure. */
    private static final class Fetching extends GenericInMemoryCatalog {
        Fetching() {
            super("other", "d");
        }

        @Override
        public List<String> listProcedures(String database) {
            return List.of("give");
        }

        @Override
        public Procedure getProcedure(ObjectPath path) {
            return new Fetch();
        }
    }

    /** What there is, by a word that those who want it write. */
    private static Map<String, List<String>> things(Path folder) {
        String columns =
                "station string, level int, `at` timestamp_ltz(3), record_time"
                        + " timestamp_ltz(3), watermark for `at` as `at`";
        String generated = ") with ('connector'='datagen', 'number-of-rows'='3')";
        String nothing = " (station string) with ('connector'='blackhole')";
        String jar = "' language java using jar '" + folder.resolve("away.jar") + "'";
        return Map.of(
                "water",
                List.of(
                        "create table `water.levels` (" + columns + generated,
                        "create table `water.alerts`" + nothing),
                "secrets",
                List.of(
                        "create table `secrets.levels` (a string, " + columns + generated,
                        "create table `secrets.sink`" + nothing,
                        "create view `secrets.seen` as select a, station from `secrets.levels`",
                        "create table `geo.secrets` (id string, name string" + generated),
                "elsewhere",
                List.of(
                        "create database elsewhere",
                        "create table elsewhere.`water.levels` (" + columns + generated),
                "other",
                List.of(
                        "create database other.e",
                        "create table other.d.levels (a string, " + columns + generated,
                        "create table other.e.sink" + nothing,
                        "create function other.d.readfile as 'away.Reads" + jar),
                "disk",
                List.of(
                        "create table disk (a string) with ('connector'='filesystem', 'path'='"
                                + folder.resolve("t.txt")
                                + "', 'format'='raw')"),
                "readfile",
                List.of("create function readfile as 'away.Reads" + jar),
                "callport",
                List.of("create function callport as 'away.Calls" + jar),
                "filelines",
                List.of("create function filelines as 'away.Lines" + jar),
                "sysread",
                List.of("create temporary system function sysread as 'away.Reads" + jar));
    }

    /** Tables of others, a second catalog, functions and files: of all, what a text names. */
    static void furnish(StreamTableEnvironment tables, Path folder, String text) {
        tables.registerCatalog("other", new Fetching());
        String words = text.toLowerCase(Locale.ROOT);
        things(folder)
                .forEach((word, statements) -> {
                    if (words.contains(word) || text.startsWith("show")) {
                        statements.forEach(tables::executeSql);
                    }
                });
    }
}
