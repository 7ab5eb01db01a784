package org.domicile.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/** A body that is here already. ByteArrayInputStream without its locks. */
final class SmallBody extends InputStream {
    private final byte[] bytes;
    private int at;

    SmallBody(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        return at < bytes.length ? bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        int take = Math.min(length, bytes.length - at);
        if (take == 0) {
            return -1;
        }
        System.arraycopy(bytes, at, target, offset, take);
        at += take;
        return take;
    }

    /** The array itself when nothing was read yet: it is this request's alone. */
    @Override
    public byte[] readAllBytes() {
        byte[] rest = at == 0 ? bytes : Arrays.copyOfRange(bytes, at, bytes.length);
        at = bytes.length;
        return rest;
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        int rest = bytes.length - at;
        out.write(bytes, at, rest);
        at = bytes.length;
        return rest;
    }

    @Override
    public int available() {
        return bytes.length - at;
    }
}
