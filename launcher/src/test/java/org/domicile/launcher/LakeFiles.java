package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.domicile.s3client.S3Signature;

/**
 * Files of tables for Iceberg's client, by S3 with what the catalog vends. Iceberg makes it by its
 * name.
 */
public final class LakeFiles implements FileIO {
    private static final long serialVersionUID = 1L;

    private Map<String, String> properties = Map.of();

    /** For Iceberg. */
    public LakeFiles() {}

    @Override
    public void initialize(Map<String, String> given) {
        properties = Map.copyOf(given);
    }

    @Override
    public Map<String, String> properties() {
        return properties;
    }

    /** How many files lie below a place, as S3 tells. */
    int list(String location) {
        return names(location).size();
    }

    /** Which files lie below a place, as S3 tells. */
    List<String> names(String location) {
        URI place = URI.create(location);
        byte[] told =
                call(
                        "GET",
                        place.getHost(),
                        "",
                        Map.of("list-type", "2", "prefix", place.getPath().substring(1)),
                        new byte[0]);
        return Pattern.compile("<Key>([^<]*)</Key>")
                .matcher(new String(told, UTF_8))
                .results()
                .map(each -> "s3://" + place.getHost() + "/" + each.group(1))
                .toList();
    }

    private byte[] call(String method, String location, byte[] body) {
        URI place = URI.create(location);
        return call(method, place.getHost(), place.getPath().substring(1), Map.of(), body);
    }

    private byte[] call(
            String method, String bucket, String name, Map<String, String> query, byte[] body) {
        try (S3Client s3 =
                new S3Client(
                        URI.create(properties.getOrDefault("s3.endpoint", "")),
                        new S3Signature(
                                properties.getOrDefault("s3.access-key-id", ""),
                                properties.getOrDefault("s3.secret-access-key", ""),
                                properties.getOrDefault("client.region", "")),
                        Clock.systemUTC(),
                        Optional.empty())) {
            return s3.call(
                            method,
                            bucket,
                            name,
                            query,
                            Map.of(
                                    "x-amz-security-token",
                                    properties.getOrDefault("s3.session-token", "")),
                            S3Client.Payload.of(body))
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputFile newInputFile(String path) {
        return new InputFile() {
            @Override
            public long getLength() {
                return call("GET", path, new byte[0]).length;
            }

            @Override
            public SeekableInputStream newStream() {
                return new Bytes(call("GET", path, new byte[0]));
            }

            @Override
            public String location() {
                return path;
            }

            @Override
            public boolean exists() {
                return true;
            }
        };
    }

    @Override
    public OutputFile newOutputFile(String path) {
        return new OutputFile() {
            @Override
            public PositionOutputStream create() {
                return new Written(path);
            }

            @Override
            public PositionOutputStream createOrOverwrite() {
                return create();
            }

            @Override
            public String location() {
                return path;
            }

            @Override
            public InputFile toInputFile() {
                return newInputFile(path);
            }
        };
    }

    @Override
    public void deleteFile(String path) {
        call("DELETE", path, new byte[0]);
    }

    private final class Written extends PositionOutputStream {
        private final String path;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean closed;

        Written(String path) {
            this.path = path;
        }

        @Override
        public long getPos() {
            return bytes.size();
        }

        @Override
        public void write(int octet) {
            bytes.write(octet);
        }

        @Override
        public void write(byte[] more, int offset, int length) {
            bytes.write(more, offset, length);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                call("PUT", path, bytes.toByteArray());
            }
        }
    }

    private static final class Bytes extends SeekableInputStream {
        private final byte[] bytes;
        private int at;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public void seek(long position) throws IOException {
            if (position > bytes.length) {
                throw new EOFException();
            }
            at = (int) position;
        }

        @Override
        public int read() {
            return at < bytes.length ? bytes[at++] & 0xFF : -1;
        }
    }
}
