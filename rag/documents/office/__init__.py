"""Office Open XML and workbooks: DOCX, PPTX, XLSX."""
