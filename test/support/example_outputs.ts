/**
 * Examples that run to their end, and what each must print, as Deno shows values.
 */
export const EXAMPLE_OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  chat_with_json_answer: ["Summarize the main points"],
  csv_to_store: ["1,Ada\n\n2,Grace"],
  discover_services: ["Available:", '"parse"', "Lanes of parse:", "Pong"],
  handle_failures: [
    "Starting nonsense: pipeline failed",
    "Sending to nobody: data transfer failed: Your pipeline is not running",
    'Sending a missing file: bad input: Cannot read "no/such/file.pdf"',
  ],
  long_lived_app: [
    "Connected:",
    "apaevt_status_update",
    "Watching tk_",
    "Disconnected: Closed by the client false",
  ],
  low_level_requests: [
    "Two steps: true",
    "Refused: Invalid command: rrext_no_such_command",
    '"lanes"',
  ],
  minimal: ["Hello, pipeline!", 'name: "input.txt"'],
  one_off_script: ["webhook_1 1"],
  pipe_a_fetch_body: ["id,name\\n1,Ada\\n", 'name: "large.csv"'],
  pipe_in_chunks: ["header1,header2\\nvalue1,value2"],
  quick_start: ["Hello, pipeline!", 'name: "input.txt"'],
  send_files_with_metadata: [
    "report.html in 0.",
    "large.csv in 0.",
    "Uploaded note.txt",
    "Uploaded made.txt",
  ],
  send_text_json_bytes: ["Analyze this text", "A Blob", "A body"],
  store_files: [
    "Begins with: id,name",
    "large.csv: 14 bytes",
    "large.csv.gz: ",
    "Project of 2 components",
    "Left: undefined",
  ],
  stream_a_large_file: ["2,Grace", 'name: "large.csv"'],
  test_without_keys: [
    'Stored: manual.txt { documents: "documents" }',
    "Answer: Which batteries? The lamp takes two batteries.",
  ],
  upload_files: ["doc1.md", "doc2.md", "doc3.json", "Progress: 3/3"],
  upload_progress: ["one.txt: 100.0%", "open two.txt", "complete two.txt"],
  send_rows: ["1;Ada", "2;Grace", "3;Barbara"],
  watch_a_task: ["State 3: 0 done", "State 6: 1 done"],
};
