package org.domicile.duckdb;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.domicile.query.Wire;
import org.domicile.walls.Walls;

/**
 * The worker's main. Arguments: the folder of staged files, that of spill, that of files that it
 * makes, bytes of a file.
 */
public final class Main {
    private Main() {}

    /** Runs one session. */
    public static void main(String[] arguments) throws IOException, SQLException {
        Walls.complete(Long.parseLong(arguments[3]));
        Wire wire =
                new Wire(
                        new BufferedInputStream(new FileInputStream(FileDescriptor.in), 64 << 10),
                        new BufferedOutputStream(
                                new FileOutputStream(FileDescriptor.out), 64 << 10));
        Engine engine =
                Engine.open(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
        Map<String, String> holes = Walls.tried(Path.of("/etc/passwd"));
        wire.send(
                Wire.HELLO,
                out -> {
                    out.writeInt(Wire.VERSION);
                    out.writeInt(holes.size());
                    for (Map.Entry<String, String> hole : holes.entrySet()) {
                        Wire.text(out, hole.getKey());
                        Wire.text(out, hole.getValue());
                    }
                });
        new Conversation(wire, engine).run();
        // Whatever the engine is doing: nobody is there any more.
        Runtime.getRuntime().halt(0);
    }
}
