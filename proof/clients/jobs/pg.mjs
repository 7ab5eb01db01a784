// npm pg: queries with parameters, prepared statements, a pool, a transaction that fails.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.DOMICILE_CLIENTS, "sql", "package.json"));
const { Client, Pool } = require("pg");
const flights = "'s3://sql-job/flights.parquet'";

function check(condition, what) {
    if (!condition) {
        console.error("FAILED: " + what);
        process.exit(1);
    }
}

const client = new Client();
await client.connect();
const rows = (await client.query(`select origin, count(*) as n from ${flights} group by 1 order by 1`)).rows;
check(JSON.stringify(rows) === '[{"origin":"MUC","n":"2"},{"origin":"TUN","n":"1"}]', JSON.stringify(rows));
for (let i = 0; i < 3; i++) {
    const named = { name: "late", text: `select delay from ${flights} where origin = $1 order by 1`, values: ["MUC"] };
    const found = (await client.query(named)).rows.map((row) => Number(row.delay));
    check(found.join() === "-5,30", "a prepared statement: " + found);
}
console.log("ok: questions with parameters");
await client.query("begin");
let code = "";
await client.query("select * from nowhere").catch((error) => (code = error.code));
check(code === "42P01", "an error: " + code);
await client.query("select 1").catch((error) => (code = error.code));
check(code === "25P02", "a failed transaction: " + code);
await client.query("rollback");
await client.end();
console.log("ok: a transaction that fails");
const pool = new Pool({ max: 3 });
const all = await Promise.all([1, 2, 3, 4, 5].map(() => pool.query("select current_user as who")));
check(all.every((one) => one.rows[0].who === process.env.PGUSER), "a pool");
await pool.end();
console.log("ok: a pool");
