export * from './mod.ts'
