package org.domicile.tables;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A warehouse in memory, whose seals are bound to their place and hide nothing. */
class MemoryWarehouse implements Warehouse {
    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final String organisation;

    MemoryWarehouse(String organisation) {
        this.organisation = organisation;
    }

    @Override
    public String organisation() {
        return organisation;
    }

    @Override
    public String bucket() {
        return "tables-" + organisation;
    }

    private static byte[] mark(String place) {
        return (place + '\0').getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] seal(String place, byte[] plain) {
        byte[] mark = mark(place);
        byte[] sealed = Arrays.copyOf(mark, mark.length + plain.length);
        System.arraycopy(plain, 0, sealed, mark.length, plain.length);
        return sealed;
    }

    @Override
    public byte[] open(String place, byte[] sealed) {
        byte[] mark = mark(place);
        if (!Arrays.equals(mark, Arrays.copyOf(sealed, mark.length))) {
            throw new AssertionError("sealed for another place than " + place);
        }
        return Arrays.copyOfRange(sealed, mark.length, sealed.length);
    }

    @Override
    public void write(String name, byte[] bytes) {
        files.put(name, bytes);
    }

    @Override
    public void remove(String name) {
        files.remove(name);
    }

    @Override
    public Readable read(String name) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new Refusal(Refusal.Kind.UNREADABLE, "There is no file " + name);
        }
        return new Readable() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream read(long offset, long length) {
                return new ByteArrayInputStream(bytes, (int) offset, (int) length);
            }

            @Override
            public void close() {}
        };
    }
}
