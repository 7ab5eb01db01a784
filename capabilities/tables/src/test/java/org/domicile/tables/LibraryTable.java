package org.domicile.tables;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequestParser;

/** A table as Iceberg's own library writes it: files into the warehouse, commits to the catalog. */
final class LibraryTable implements TableOperations {
    private final Tables tables;
    private final MemoryWarehouse warehouse;
    private final TableName name;
    private TableMetadata current;

    private LibraryTable(Tables tables, MemoryWarehouse warehouse, TableName name) {
        this.tables = tables;
        this.warehouse = warehouse;
        this.name = name;
        this.current = loaded().metadata();
    }

    static BaseTable of(Tables tables, MemoryWarehouse warehouse, TableName name) {
        return new BaseTable(new LibraryTable(tables, warehouse, name), name.text());
    }

    private LoadedTable loaded() {
        return (LoadedTable) tables.load(warehouse, Kind.TABLE, name);
    }

    @Override
    public TableMetadata current() {
        return current;
    }

    @Override
    public TableMetadata refresh() {
        current = loaded().metadata();
        return current;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
        tables.commit(
                TablesContract.request(),
                warehouse,
                List.of(
                        TableChange.parse(
                                name,
                                UpdateTableRequestParser.toJson(
                                        UpdateTableRequest.create(
                                                null, List.of(), metadata.changes())))),
                Once.NOT);
        refresh();
    }

    @Override
    public FileIO io() {
        return new FileIO() {
            @Override
            public InputFile newInputFile(String path) {
                return new TableFiles(warehouse, loaded().id()).newInputFile(path);
            }

            @Override
            public OutputFile newOutputFile(String path) {
                return new Written(path);
            }

            @Override
            public void deleteFile(String path) {
                warehouse.files.remove(inBucket(path));
            }
        };
    }

    private String inBucket(String location) {
        return location.substring(Locations.scheme(warehouse).length());
    }

    /** A file that is there once it is closed. */
    private final class Written implements OutputFile {
        private final String path;

        Written(String path) {
            this.path = path;
        }

        @Override
        public PositionOutputStream create() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return bytes.size();
                }

                @Override
                public void write(int b) {
                    bytes.write(b);
                }

                @Override
                public void write(byte[] from, int offset, int length) {
                    bytes.write(from, offset, length);
                }

                @Override
                public void close() {
                    warehouse.files.put(inBucket(path), bytes.toByteArray());
                }
            };
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
            return io().newInputFile(path);
        }
    }

    @Override
    public String metadataFileLocation(String file) {
        return current.location() + "/metadata/" + file;
    }

    @Override
    public LocationProvider locationProvider() {
        return LocationProviders.locationsFor(current.location(), current.properties());
    }
}
