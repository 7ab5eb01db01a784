package org.domicile.walls;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A child that says what it is told, or complains, or says nothing. */
final class Talker {
    private Talker() {}

    public static void main(String[] arguments) throws IOException {
        Walls.complete(1 << 20);
        switch (arguments[0]) {
            case "echo" -> {
                try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
                    out.write("hello within walls\n".getBytes(StandardCharsets.UTF_8));
                    System.in.transferTo(out);
                }
            }
            case "complain" -> {
                try (FileOutputStream err = new FileOutputStream(FileDescriptor.err)) {
                    err.write("this is\r\nno good\n".getBytes(StandardCharsets.UTF_8));
                }
            }
            case "silence" -> System.in.transferTo(FileOutputStream.nullOutputStream());
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
